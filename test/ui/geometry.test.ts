/** The geometry of the timeline, without a browser: scale, packing, hits, density, lanes, batches, brackets. */
import { describe, expect, test } from 'vitest';
import { createColumns } from '../../model/columns.ts';
import type { Finding } from '../../model/finding.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { ABANDONED, CUT_OFF, FAILED, FROM_SERVER, OPEN } from '../../ui/run/bars.ts';
import { RunBuffer } from '../../ui/run/buffer.ts';
import { requestRow } from '../../ui/run/rows.ts';
import { batchLabels } from '../../ui/timeline/batches.ts';
import { bracketsOf, pillTexts } from '../../ui/timeline/brackets.ts';
import { densityOf, levelFor } from '../../ui/timeline/density.ts';
import { at, firstEndingFrom, latestAt, nearest, neighbour } from '../../ui/timeline/hit.ts';
import { pack } from '../../ui/timeline/pack.ts';
import { clamped, fitted, moment, ticks, timeAt, xOf, zoomed } from '../../ui/timeline/scale.ts';
import {
  client,
  ends,
  frame,
  gap,
  http,
  opening,
  server,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { layoutFor, loaded } from './laid-out.ts';
import { hostile, lostUpdates, many, releaseNotes } from './scenes.ts';

describe('scale', () => {
  const viewport = { from: 1_000_000, to: 3_000_000, width: 800 };

  test('places and times are each other’s inverse', () => {
    for (const x of [0, 1, 399.5, 800])
      expect(xOf(viewport, timeAt(viewport, x))).toBeCloseTo(x, 6);
  });

  test('zooming keeps the moment under the pointer where it is', () => {
    const time = timeAt(viewport, 200);
    const range = zoomed(viewport, 2.5, time);
    expect(xOf({ ...range, width: 800 }, time)).toBeCloseTo(200, 6);
    expect(range.to - range.from).toBeCloseTo(2_000_000 / 2.5, 6);
  });

  test('no range leaves the run or gets too short', () => {
    const run = { from: 0, to: 1000 };
    expect(clamped({ from: -9e9, to: 9e9 }, run)).toEqual(fitted(run));
    const { from, to } = clamped({ from: 500, to: 500.001 }, run);
    expect(to - from).toBe(20);
    expect(clamped({ from: 900, to: 1100 }, run)).toEqual({ from: 820, to: 1020 });
  });

  test.each([
    [{ from: 0, to: 5_000_000, width: 800 }, ['0 s', '1 s', '2 s', '3 s', '4 s', '5 s']],
    [{ from: 1_790_000, to: 2_610_000, width: 800 }, ['1.8 s', '2.0 s', '2.2 s', '2.4 s', '2.6 s']],
    [{ from: -1000, to: 30_000, width: 500 }, ['0 ms', '10 ms', '20 ms', '30 ms']],
    [{ from: 0, to: 40, width: 500 }, ['0 µs', '10 µs', '20 µs', '30 µs', '40 µs']],
    [{ from: 0, to: 300e6, width: 700 }, ['0:00', '1:00', '2:00', '3:00', '4:00', '5:00']],
  ])('ticks of %o', (shown, labels) => {
    expect(ticks(shown, 0).map(({ label }) => label)).toEqual(labels);
  });

  test('a moment is as exact as what can be told apart', () => {
    expect([
      moment(2_497_123, 1000, 3e6),
      moment(2_497_123, 10, 3e6),
      moment(90e6, 1e6, 200e6),
    ]).toEqual(['2.497 s', '2.49712 s', '1:30']);
  });
});

describe('packing', () => {
  test('nothing overlaps inside a slot, and a free one is used again', () => {
    const start = [0, 1, 2, 10, 11, 12];
    const end = [10, 5, 3, 11, 20, 13];
    const { slots, slotOf } = pack({ start, end }, [0, 1, 2, 3, 4, 5]);
    expect(slots).toEqual([[0, 3, 4], [1, 5], [2]]);
    expect(slotOf).toEqual([0, 1, 2, 0, 0, 1]);
  });

  test('an open interval keeps its slot, one without length still takes a place', () => {
    const end = [Number.POSITIVE_INFINITY, 5, 5, 9];
    expect(pack({ start: [0, 5, 5, 7], end }, [0, 1, 2, 3]).slotOf).toEqual([0, 1, 2, 1]);
  });

  test('lanes stop growing: what is deeper is folded, with all that is part of it', () => {
    const start = Array.from({ length: 500 }, (_, index) => index);
    const end = start.map((index) => 2000 - index);
    const { slots, folded, slotOf } = pack({ start, end }, start, {
      limit: 8,
      around: (member) => member - 1,
    });
    expect(slots).toEqual([[0], [1], [2], [3], [4], [5], [6], [7]]);
    expect(folded).toEqual(start.slice(8));
    expect(new Set(slotOf.slice(8))).toEqual(new Set([8]));
    // Under the pointer is the innermost, and beyond the last of them nothing.
    const found = [8, 300, 1600, 1995].map((time) => latestAt(folded, { start, end }, time, 1));
    expect(found).toEqual([8, 300, 401, undefined]);
  });
});

describe('hits', () => {
  const intervals = { start: [0, 20, 40, 60], end: [10, 30, 50, 70] };
  const slot = [0, 1, 2, 3];

  test.each([
    [5, 0, 0],
    [15, 4, undefined],
    [16, 4, 1],
    [31, 4, 1],
    [39, 4, 2],
    [90, 4, undefined],
  ])('at %i with a reach of %i is %s', (time, reach, expected) => {
    expect(at(slot, intervals, time, reach)).toBe(expected);
  });

  test('binary search agrees with looking at all', () => {
    for (let time = -5; time < 80; time++) {
      const all = slot.findIndex((one) => (intervals.end[one] ?? 0) >= time);
      expect(firstEndingFrom(slot, intervals, time)).toBe(all === -1 ? slot.length : all);
    }
  });

  test('neighbours, also of equal starts, and the nearest', () => {
    const same = { start: [5, 5, 5, 9], end: [6, 6, 6, 10] };
    expect([1, 2, 3].map((from) => neighbour([0, 1, 2, 3], same, from, -1))).toEqual([0, 1, 2]);
    expect(neighbour([0, 1, 2, 3], same, 3, 1)).toBeUndefined();
    expect([-9, 29, 31, 99].map((time) => nearest(slot, intervals, time))).toEqual([0, 1, 2, 3]);
  });
});

test('every level of a density tells of every call and every failure', () => {
  const count = 30_000;
  const start = Array.from({ length: count }, (_, index) => index * 40);
  const end = start.map((time, index) => time + (index % 7) * 30);
  const members = start.map((_, index) => index);
  const density = densityOf(
    { start, end },
    members,
    { begin: 0, length: count * 40 },
    (member) => member % 10 === 0,
  );
  for (const { begun, failed, busy } of density.levels) {
    const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);
    expect([sum(begun), sum(failed)]).toEqual([count, count / 10]);
    expect(Math.max(...busy)).toBeGreaterThan(3);
  }
  expect(density.levels[0]?.busy.length).toBeLessThanOrEqual(16_384);
  expect(density.levels.at(-1)?.busy.length).toBe(1);
  expect(levelFor(density, 1000).width).toBeGreaterThanOrEqual(1000);
});

describe('a run', () => {
  const buffer = loaded(releaseNotes());
  const layout = layoutFor(buffer);
  const called = (name: string): number =>
    Array.from({ length: buffer.bars.length }, (_, bar) => bar).find(
      (bar) => requestRow(buffer, bar).subject === name,
    ) ?? -1;

  test('has the host first, then a lane for each server as they came', () => {
    expect(layout.lanes.map(({ kind, name, colour }) => [kind, name, colour])).toEqual([
      ['host', 'claude-desktop', 0],
      ['server', 'github', 1],
      ['server', 'jira', 2],
      ['server', 'memory', 3],
      ['server', 'filesystem', 4],
    ]);
    expect(
      layout.lanes.every(
        ({ top }, index) =>
          top === (layout.lanes[index - 1]?.top ?? 0) + (layout.lanes[index - 1]?.height ?? 0),
      ),
    ).toBe(true);
  });

  test('has its calls with how they ended', () => {
    const flags = (name: string): number => buffer.bars.flags[called(name)] ?? -1;
    expect([flags('update_issue'), flags('get_issue'), flags('slow_index')]).toEqual([
      0,
      FAILED,
      OPEN,
    ]);
    const sampling = Array.from(buffer.bars.flags.slice(0, buffer.bars.length)).filter(
      (flag) => (flag & FROM_SERVER) !== 0,
    );
    expect(sampling.length).toBe(1);
    const bar = called('update_issue');
    expect((buffer.bars.end[bar] ?? 0) - (buffer.bars.start[bar] ?? 0)).toBe(363_000);
  });

  test('finds the bar of a message and the messages of a bar', () => {
    const bar = called('update_issue');
    const [request, response] = [buffer.requestOf(bar), buffer.responseOf(bar) ?? ''];
    expect(request).not.toBe(response);
    expect([buffer.barOf(request), buffer.barOf(response), buffer.barOf('nobody:1')]).toEqual([
      bar,
      bar,
      undefined,
    ]);
  });

  test('lists its rows in order of time', () => {
    const { time, length } = buffer.rows;
    expect(length).toBeGreaterThan(45);
    expect([...time].sort((a, b) => a - b)).toEqual([...time]);
  });

  test('guesses batches by what was sent before an answer came', () => {
    const host = layout.lanes[0];
    const names = host?.batches?.calls.map((calls) =>
      calls.map((bar) => requestRow(buffer, bar).subject),
    );
    expect(names?.slice(1, 5)).toEqual([
      ['get_pull', 'get_pull'],
      ['search_issues'],
      ['get_commits', 'read_graph', 'list_directory'],
      ['create_release', 'write_file', 'update_issue'],
    ]);
    expect(host?.batches && batchLabels(host.batches, 4)).toEqual([
      'batch 5 (inferred) · 3 calls',
      'batch 5 (inferred)',
      'batch 5',
      '5',
    ]);
  });
});

test('calls whose host says that they are of one turn are one, on whichever servers', () => {
  const turn = (turn: string): object => ({ 'wiretape/turn': turn });
  const steps = (name: string) => [
    ...opening(),
    client(toolCall(1, `${name} 1`, {}, turn('a')), { at: 10_000 }),
    server(toolText(1, 'ok'), { at: 20_000 }),
    client(toolCall(2, `${name} 2`, {}, turn('b')), { at: 50_000 }),
    server(toolText(2, 'ok'), { at: 60_000 }),
    client(toolCall(3, `${name} 3`), { at: 70_000 }),
  ];
  const entries = ['one', 'two'].flatMap((name, place) =>
    tape(name, steps(name), { start: 1000 * place, head: { workflow: 'both' } }),
  );
  const buffer = loaded(entries);
  const batches = layoutFor(buffer).lanes[0]?.batches;
  const named = batches?.calls.map((calls, at) => [
    batchLabels(batches, at)[0],
    ...calls.map((bar) => requestRow(buffer, bar).subject),
  ]);
  expect(named).toEqual([
    ['turn 1 · 2 calls', 'one 1', 'two 1'],
    ['turn 2 · 2 calls', 'one 2', 'two 2'],
    ['batch 3 (inferred) · 2 calls', 'one 3', 'two 3'],
  ]);
});

test('a run that comes in parts is the run that comes at once', () => {
  const entries = releaseNotes();
  const [summary] = viewsOf(entries).map(({ session }) => summaryOf(session));
  const own = entries.filter(({ session }) => session === summary?.id);
  const columns = createColumns();
  const machine = createSessionMachine(summary?.id ?? '');
  const buffer = new RunBuffer({ from: summary?.start ?? 0, to: Number.POSITIVE_INFINITY });
  buffer.cover(summary ? [summary] : []);
  for (const entry of own) {
    const have = [columns.length, columns.strings.length] as const;
    columns.append(entry, machine.apply(entry));
    buffer.take(summary?.id ?? '', columns.encode(...have));
  }
  const whole = loaded(own);
  expect(Array.from(buffer.bars.end.slice(0, buffer.bars.length))).toEqual(
    Array.from(whole.bars.end.slice(0, whole.bars.length)),
  );
  expect(buffer.rows.time).toEqual(whole.rows.time);
});

test('what an ended session owed stays without an answer', () => {
  const entries = [...lostUpdates()];
  const dropped = entries.filter(
    (entry) =>
      !(entry.type === 'message' && entry.from === 'server' && entry.text.includes('"id":15')),
  );
  const buffer = loaded(dropped);
  const open = Array.from({ length: buffer.bars.length }, (_, bar) => bar).filter(
    (bar) => ((buffer.bars.flags[bar] ?? 0) & ABANDONED) !== 0,
  );
  expect(open.map((bar) => requestRow(buffer, bar).id)).toEqual(['15']);
  expect(buffer.bars.end[open[0] ?? 0]).toBe(buffer.tracks[0]?.summary.lastAt);
});

test('a call whose stream ended and was not resumed ends there; the end of its session lengthens no run', () => {
  const stream = { status: 200, headers: [['content-type', 'text/event-stream']] as const };
  const priming = { why: 'sse', text: 'id: 1\ndata: \n\n' } as const;
  const left = [
    http(1, 'opened', { headers: [] }),
    client(toolCall(1, 'save'), { exchange: 1 }),
    http(1, 'head', stream),
    frame('server', priming, { exchange: 1, channel: 'stream' }),
    http(1, 'ended', { ended: 'complete' }),
  ];
  const gone = { ...ends('the client has gone'), at: 40_000_000 };
  const open = loaded(tape('left', left));
  expect([open.bars.flags[0], open.bars.end[0]]).toEqual([
    OPEN | CUT_OFF,
    Number.POSITIVE_INFINITY,
  ]);
  const over = loaded(tape('left', [...left, gone]));
  expect([over.bars.flags[0], over.bars.end[0]]).toEqual([FAILED | CUT_OFF, 5000]);
  expect(over.length).toBe(5000);
  const waiting = loaded(tape('waits', [...opening(), client(toolCall(1, 'save')), gone]));
  expect([waiting.bars.flags[1], waiting.length]).toEqual([ABANDONED, 40_000_000]);
});

test('a conflict brackets its writes and not the read that shows it', () => {
  const buffer = loaded(lostUpdates());
  const layout = layoutFor(buffer);
  const session = buffer.tracks[0]?.summary.id;
  const finding: Finding = {
    rule: 'in-server-lost-update',
    code: 'C03',
    version: 1,
    tier: 'OBSERVED',
    severity: 'critical',
    confidence: 1,
    message: 'x',
    fingerprint: 'x',
    wrongWhen: 'w',
    confirm: 'x',
    resource: '/tmp/a/memory.json',
    lost: { gone: 2, of: 20 },
    evidence: [
      { message: `${session}:6`, role: 'lost write' },
      { message: `${session}:7`, role: 'overwriting write' },
      { message: `${session}:47`, role: 'read that misses it' },
      { message: 'elsewhere:1', role: 'lost write' },
    ],
  };
  const [bracket, second] = bracketsOf({
    findings: [finding, finding],
    bars: buffer.bars,
    layout,
    barOf: (message) => buffer.barOf(message),
  });
  expect(bracket?.bars.map((bar) => requestRow(buffer, bar).seq)).toEqual([6, 7]);
  expect([bracket?.depth, second?.depth]).toEqual([0, 1]);
  expect((bracket?.to ?? 0) - (bracket?.from ?? 0)).toBeLessThan(60_000);
  expect(pillTexts(finding)).toEqual(['memory.json · 2 of 20 gone', '2 of 20 gone']);
  expect(
    bracketsOf({
      findings: [{ ...finding, evidence: [{ message: 'elsewhere:1', role: 'x' }] }],
      bars: buffer.bars,
      layout,
      barOf: (message) => buffer.barOf(message),
    }),
  ).toEqual([]);
});

test('lines that are no message, lost entries and ends of processes are marked', () => {
  const buffer = loaded([...hostile(), ...tape('holes', [...opening(), gap(3), client('[]')])]);
  expect(buffer.marks.map(({ kind }) => kind)).toEqual(['broken', 'exit', 'gap', 'broken']);
  expect(
    layoutFor(buffer)
      .lanes.filter(({ kind }) => kind === 'server')
      .map(({ marks }) => marks.length),
  ).toEqual([2, 2]);
  const [mark] = buffer.marks;
  expect(buffer.find(buffer.messageAt(mark?.track ?? 0, mark?.row ?? 0))?.time).toBe(mark?.time);
});

test('a hostile server and twenty thousand calls are laid out like any other', () => {
  expect(layoutFor(loaded(hostile())).lanes.length).toBe(2);
  const layout = layoutFor(loaded(many(20_000)));
  expect(layout.lanes[1]?.members.length).toBe(20_001);
  expect(layout.height).toBeLessThan(600);
});
