import { describe, expect, test } from 'vitest';
import type { Host } from '../../model/entry.ts';
import { type SessionSummary, summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { type Workflow, workflows } from '../../model/workflow.ts';
import {
  client,
  note,
  type Step,
  server,
  type TapeOptions,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { dice, SEED, shuffled } from '../kit/random.ts';

const SECOND = 1_000_000;
const desktop: Host = { pid: 7, started: '100', name: 'desktop' };

function summary(name: string, steps: readonly Step[], options: TapeOptions = {}): SessionSummary {
  const [view] = viewsOf(tape(name, steps, { start: 0, id: name, ...options }));
  if (!view) throw new Error('the tape is empty');
  return summaryOf(view.session);
}

const of = (head: TapeOptions['head']): TapeOptions => ({ head: head ?? {} });
const named = (workflow: string): TapeOptions => of({ workflow });
const hosted = (host: Host): TapeOptions => of({ host });

/** Pings at these seconds of the machine's clock. */
const pings = (...seconds: number[]): Step[] =>
  seconds.map((second) => ({ ...client({ method: 'ping' }), at: second * SECOND }));

/** A call that is answered after so many seconds. */
const slow = (id: number, from: number, to: number): Step[] => [
  { ...client(toolCall(id, 'slow')), at: from * SECOND },
  { ...server(toolText(id, 'done')), at: to * SECOND },
];

const traced = (trace: string, ...seconds: number[]): Step[] =>
  seconds.map((second, id) => {
    const traceparent = `00-${trace.repeat(32)}-00f067aa0ba902b7-01`;
    return { ...client(toolCall(id, 'x', {}, { traceparent })), at: second * SECOND };
  });

/** Steps in the order of their times. */
const woven = (...steps: readonly (readonly Step[])[]): Step[] =>
  steps.flat().sort((a, b) => (a.at ?? 0) - (b.at ?? 0));

/** Each workflow in a line: its name, and its runs, newest first, in seconds. */
function told(sessions: readonly SessionSummary[], pause?: number): string[] {
  return workflows(sessions, pause).map(
    ({ name, runs }: Workflow) =>
      `${name}: ${runs
        .map(({ by, from, to, sessions: own, messageCount }) => {
          const time = `${from / SECOND}–${to / SECOND}`;
          return `${by} ${time} ${own.join('+')} ${messageCount}`;
        })
        .join(' | ')}`,
  );
}

describe('a workflow', () => {
  test('is the sessions of one name, else of one host, else a session alone', () => {
    const sessions = [
      summary('a', pings(1), named('deploy')),
      summary('b', pings(2), { head: { workflow: 'deploy', host: desktop } }),
      summary('c', pings(3), hosted(desktop)),
      summary('d', pings(4), hosted(desktop)),
      summary('e', pings(5), hosted({ ...desktop, started: '200' })),
      summary('f', pings(6), { ...hosted(desktop), boot: 'other' }),
      summary('g', pings(7)),
    ];
    expect(
      workflows(sessions).map(({ name, sessions: own }) => `${name} ${own.map(({ id }) => id)}`),
    ).toEqual(['g g', 'desktop f', 'desktop e', 'desktop c,d', 'deploy a,b']);
  });

  test('names the hosts that took part', () => {
    const other = { ...desktop, pid: 8 };
    const [workflow] = workflows([
      summary('a', [], { head: { workflow: 'w', host: desktop } }),
      summary('b', [], { head: { workflow: 'w', host: other } }),
      summary('c', [], { head: { workflow: 'w', host: desktop } }),
    ]);
    expect(workflow?.hosts).toEqual([desktop, other]);
  });

  test(`is the same whatever order its sessions come in (seed ${SEED})`, () => {
    const sessions = [
      summary('c', pings(1, 90), hosted(desktop)),
      summary('a', [...traced('a', 5), ...pings(200)], hosted(desktop)),
      summary('b', pings(2), { ...hosted(desktop), start: 60 * SECOND }),
      summary('d', pings(3), { ...named('w'), boot: 'x', wall: '2026-11-21T00:00:00.000Z' }),
      summary('e', pings(1), { ...named('w'), boot: 'y' }),
    ];
    const roll = dice();
    const expected = workflows(sessions);
    for (let count = 0; count < 100; count++) {
      expect(workflows(shuffled(sessions, roll))).toEqual(expected);
    }
  });
});

describe('a run', () => {
  const cases: readonly [what: string, sessions: readonly SessionSummary[], expected: string][] = [
    [
      'ends where nothing crosses for a minute',
      [summary('a', pings(1, 30, 90, 140))],
      'a: pause 90–140 a 2 | pause 1–30 a 2',
    ],
    [
      'goes on for a pause just shorter',
      [summary('a', pings(1, 60.999999))],
      'a: pause 1–60.999999 a 2',
    ],
    [
      'needs the pause in all sessions of its workflow',
      [
        summary('a', pings(1, 80), named('w')),
        summary('b', pings(41), named('w')),
        summary('c', pings(150), named('w')),
      ],
      'w: pause 150–150 c 1 | pause 1–80 a+b 3',
    ],
    [
      'reckons with one clock for all sessions of a boot',
      [
        summary('a', pings(100), named('w')),
        summary('b', pings(1), { ...named('w'), start: 120 * SECOND }),
      ],
      'w: pause 100–121 a+b 2',
    ],
    [
      'does not end while an answer is waited for',
      [summary('a', [...pings(1), ...slow(1, 2, 200), ...pings(201)])],
      'a: pause 1–201 a 4',
    ],
    [
      'ends while a call hangs that never is answered',
      [summary('a', [{ ...client(toolCall(1, 'x')), at: SECOND }, ...pings(100)])],
      'a: pause 100–100 a 1 | pause 1–1 a 1',
    ],
    [
      'is the messages of one trace, however long the pauses',
      [
        summary('a', [...traced('a', 1, 500), ...pings(502)], named('w')),
        summary('b', traced('a', 900), named('w')),
        summary('c', traced('b', 10), named('w')),
      ],
      'w: trace 10–10 c 1 | trace 1–900 a+b 4',
    ],
    [
      'of a trace has what its sessions say without one while it goes on, and nothing else',
      [
        summary('a', woven(pings(1, 4), traced('a', 2, 6), pings(8)), named('w')),
        summary('b', woven(traced('a', 3, 5), pings(3.5, 5.5)), named('w')),
        summary('c', pings(4.5), named('w')),
      ],
      'w: trace 2–6 a+b 7 | pause 1–8 a+c 3',
    ],
    [
      'of several traces at once has what is said after it began, before the next begins',
      [summary('a', woven(traced('a', 1, 9), pings(2, 4, 8), traced('b', 3, 6)))],
      'a: trace 3–6 a 3 | trace 1–9 a 4',
    ],
    [
      'of a trace does not get what goes on when it is over',
      [summary('a', woven(traced('a', 1, 9), slow(7, 8, 12)))],
      'a: pause 8–12 a 2 | trace 1–9 a 2',
    ],
    ['of a session without messages is seen', [summary('a', [note('hi')])], 'a: pause 0–0.001 a 0'],
    [
      'never spans two boots',
      [
        summary('a', pings(1), { ...named('w'), boot: 'x', wall: '2026-11-22T08:00:00.000Z' }),
        summary('b', pings(1), { ...named('w'), boot: 'y', wall: '2026-11-22T07:00:00.000Z' }),
      ],
      'w: pause 1–1 a 1 | pause 1–1 b 1',
    ],
  ];
  test.each(cases)('%s', (_, sessions, expected) => {
    expect(told(sessions)).toEqual([expected]);
  });

  test('may have another pause', () => {
    const sessions = [summary('a', pings(1, 30, 91, 140))];
    expect(told(sessions, 45 * SECOND)).toEqual([
      'a: pause 140–140 a 1 | pause 91–91 a 1 | pause 1–30 a 2',
    ]);
  });

  test('keeps its id when more messages come', () => {
    const id = (...seconds: number[]) =>
      workflows([summary('a', pings(...seconds))])[0]?.runs.at(-1)?.id;
    expect(id(1, 2)).toBe(id(1, 2, 3, 100));
  });
});

describe('bursts', () => {
  test('of interleaved traces are one each', () => {
    const steps = Array.from({ length: 100 }, (_, index) => [
      ...traced('a', index),
      ...traced('b', index),
    ]).flat();
    expect(summary('a', steps).bursts).toMatchObject([{ messages: 100 }, { messages: 100 }]);
  });

  test('stay few where one trace and what is said without any alternate, and many of both', () => {
    const alternating = Array.from({ length: 1000 }, (_, index) => [
      ...traced('a', index),
      ...pings(index + 0.5),
    ]).flat();
    expect(summary('a', alternating).bursts).toMatchObject([
      { first: 0, last: 999 * SECOND, messages: 1000 },
      { first: 0.5 * SECOND, last: 998.5 * SECOND, messages: 999 },
      { first: 999.5 * SECOND, messages: 1 },
    ]);
    const both = Array.from({ length: 30_000 }, (_, index) => [
      ...traced(index % 2 === 0 ? 'a' : 'b', index / 1000),
      ...pings((index + 0.5) / 1000),
    ]).flat();
    const { bursts } = summary('a', both);
    expect(bursts.length).toBeLessThan(10_010);
    expect(bursts.reduce((sum, { messages }) => sum + messages, 0)).toBe(60_000);
  });

  test('stay few when each message has a trace of its own', () => {
    const steps = Array.from({ length: 12_000 }, (_, index) => {
      const traceparent = `00-${`${index + 1}`.padStart(32, '0')}-00f067aa0ba902b7-01`;
      return client(toolCall(index, 'x', {}, { traceparent }));
    });
    const { bursts } = summary('a', steps);
    expect(bursts).toHaveLength(10_001);
    expect(bursts.reduce((sum, { messages }) => sum + messages, 0)).toBe(12_000);
  });

  test('of no trace are not split by pauses that nobody can ask for', () => {
    expect(
      summary('a', pings(...Array.from({ length: 500 }, (_, index) => index * 5))).bursts,
    ).toHaveLength(1);
  });
});

test('thousands of sessions are one workflow', () => {
  const one = summary('a', pings(1), hosted(desktop));
  const sessions = Array.from({ length: 130_000 }, (_, index) => ({ ...one, id: `${index}` }));
  expect(workflows(sessions)[0]?.runs).toHaveLength(1);
});
