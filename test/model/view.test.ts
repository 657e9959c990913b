// A view keeps little and gives back all: the entries, what the machine saw in them, and their values, in any order of coming.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bySeq, type Entry } from '../../model/entry.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { createTextStore } from '../../model/text-store.ts';
import { createView, viewsOf } from '../../model/view.ts';
import {
  client,
  ends,
  exit,
  gap,
  http,
  note,
  opening,
  type Step,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { holds, SEED } from '../kit/random.ts';

const half = '\ud83d';
const texts = [
  '',
  'plain',
  'größer 😀',
  half,
  `x${half}y`,
  '\u0000\u2028',
  'é'.repeat(5000),
  'a'.repeat(400_000),
  '好'.repeat(400_000),
];

const STEPS: readonly Step[] = [
  ...texts.map((text, at) => client(toolCall(`t${at}`, 'say', { text }))),
  ...texts.map((text, at) => server(toolText(`t${at}`, text))),
  client(toolCall(1, 'a'), { exchange: 1 }),
  server(toolText(1, 'x'), { exchange: 1, sse: { head: 'data: ', tail: '\n\n' } }),
  server(toolText(1, 'again'), { exchange: 1 }),
  http(1, 'ended', { ended: 'complete' }),
  client([toolCall(2, 'a'), { method: 'notifications/cancelled', params: { requestId: 2 } }]),
  server({ method: 'notifications/progress', params: { progressToken: 1 } }),
  server({ method: 'notifications/message', params: { data: 'x' } }, { redacted: 1 }),
  server({ id: 'nobody', result: {} }),
  server('no json'),
  server('{"jsonrpc":"2.0"}'),
  server(`${'['.repeat(300)}${']'.repeat(300)}`),
  stderr('words'),
  note('note'),
  gap(2),
];

const session = fc
  .array(fc.constantFrom(...STEPS), { maxLength: 40 })
  .map((steps) => tape('notes', [...opening(), ...steps, exit(0), ends()]));

/** As a view without any saving would have it. */
function plainly(entries: readonly Entry[]) {
  const machine = createSessionMachine(entries[0]?.session ?? '');
  const moments = entries.map((entry) => ({ entry, seen: machine.apply(entry) }));
  return { session: machine.session, moments };
}

test(`moments are those that were added, the values too (seed ${SEED})`, () => {
  holds(
    session,
    (entries) => {
      const [view] = viewsOf(entries);
      const plain = plainly(entries);
      expect(view?.session).toEqual(plain.session);
      expect([...(view?.moments ?? [])]).toEqual(plain.moments);
      for (const entry of entries) {
        const value = entry.type === 'message' ? entry.value : undefined;
        expect(view?.value(entry)).toEqual(value);
        if (Array.isArray(value))
          expect(view?.value({ seq: entry.seq, item: 1 })).toEqual(value[1]);
      }
      // What was seen speaks of the calls of the session, and not of others like them.
      for (const { seen } of view?.moments ?? []) {
        for (const { call } of seen)
          expect(call === undefined || view?.session.calls.includes(call)).toBe(true);
      }
    },
    { runs: 60 },
  );
});

test(`entries that come late, in whatever order, make the same view (seed ${SEED})`, () => {
  holds(
    fc.tuple(session, fc.array(fc.nat(), { minLength: 60, maxLength: 60 })),
    ([entries, draws]) => {
      const shuffled = entries
        .map((entry, at) => ({ entry, draw: draws[at] ?? 0 }))
        .sort((a, b) => a.draw - b.draw)
        .map(({ entry }) => entry);
      const [one, other] = [viewsOf(entries)[0], viewsOf(shuffled)[0]];
      expect([...(other?.moments ?? [])]).toEqual([...(one?.moments ?? [])]);
    },
    { runs: 60 },
  );
});

test('of entries that claim one place the first counts, but a gap beside one', () => {
  const [head, first, ...rest] = tape('notes', [client(toolCall(1, 'a')), gap(3)]);
  if (!head || !first) throw new Error('the tape is too short');
  const hole = { ...rest[0], seq: first.seq } as Entry;
  const double = { ...first, at: 7 } as Entry;
  for (const entries of [
    [head, hole, first, double],
    [head, first, double, hole],
  ]) {
    const [view] = viewsOf(entries);
    expect(Array.from(view?.moments ?? [], ({ entry }) => entry)).toEqual(
      [head, hole, first].sort(bySeq),
    );
    expect(view?.value(first)).toEqual(first.type === 'message' && first.value);
  }
});

test('a view that grew past what it keeps parsed gives all values', () => {
  const view = createView('S');
  const text = (id: number) => `${id} ${'x'.repeat(1000)}`;
  const entries = tape(
    's',
    Array.from({ length: 2000 }, (_, id) => server(toolText(id, text(id)))),
    { id: 'S' },
  );
  for (const entry of entries) view.add(entry);
  for (const entry of entries) {
    if (entry.type === 'message') expect(view.value(entry)).toEqual(entry.value);
  }
});

test(`a text comes out of the store as it went in (seed ${SEED})`, () => {
  holds(
    fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
        fc.constantFrom(...texts),
      ),
    ),
    (all: readonly string[]) => {
      const store = createTextStore();
      const places = all.map((text) => store.add(text));
      expect(places.map((place) => store.get(place))).toEqual(all);
    },
    { runs: 60 },
  );
});
