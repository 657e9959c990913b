import { describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { sealedOrder, startOf, wallTime } from '../../model/order.ts';
import { writeRecording } from '../../model/recording.ts';
import { gap, note, tape } from '../kit/entries.ts';
import { dice, SEED, shuffled } from '../kit/random.ts';

/** The entries as `session:seq`, in order. */
const places = (entries: Iterable<Entry>): string =>
  sealedOrder(entries)
    .map(({ session, seq }) => `${session}:${seq}`)
    .join(' ');

/** Notes of a session at these times. */
const at = (id: string, times: readonly number[], options: Parameters<typeof tape>[2] = {}) =>
  tape(
    id,
    times.map((time) => ({ ...note(''), at: time })),
    { id, ...options },
  );

describe('sealed order', () => {
  test(`is the same bytes for the same entries, however they come: 1,000 orders (seed ${SEED})`, () => {
    const entries = [
      ...at('a', [5, 5, 3, 900], { start: 100 }),
      ...at('b', [5, 6, 7], { start: 100 }),
      ...at('c', [1, 2], { start: 50, boot: 'boot-0', wall: '2026-11-21T00:00:00.000Z' }),
      ...tape('d', [note('kept'), gap(3), note('after')], { id: 'd', start: 104 }),
      // Arrived after all, at the place of the gap and inside it; one of them twice.
      { ...note('late').draft(9), session: 'd', seq: 2 } as Entry,
      { ...note('late').draft(9), session: 'd', seq: 3 } as Entry,
      { ...note('late').draft(9), session: 'd', seq: 3 } as Entry,
      { ...note('other').draft(1), session: 'd', seq: 3 } as Entry,
      // Of a session whose opening entry is lost.
      { ...note('orphan').draft(7), session: 'e', seq: 4 } as Entry,
    ];
    const roll = dice();
    const first = writeRecording(entries);
    for (let count = 0; count < 1000; count++) {
      expect(writeRecording(shuffled(entries, roll))).toBe(first);
    }
  });

  const cases: readonly [what: string, entries: readonly Entry[], expected: string][] = [
    [
      'sessions of one boot share its clock',
      [...at('b', [10], { start: 100 }), ...at('a', [20], { start: 95 })],
      'a:0 b:0 b:1 a:1',
    ],
    [
      'equal microseconds stand by session, then by seq',
      [...at('b', [10, 10], { start: 100 }), ...at('a', [10], { start: 100 })],
      'a:0 b:0 a:1 b:1 b:2',
    ],
    [
      'time that runs back inside a session keeps the order of seq',
      [...at('a', [50, 10, 60], { start: 0 }), ...at('b', [30], { start: 0 })],
      'a:0 b:0 b:1 a:1 a:2 a:3',
    ],
    [
      'boots stand by their earliest wall clock, whatever their own clocks say',
      [
        ...at('a', [1], { start: 0, boot: 'x', wall: '2026-11-22T10:00:00.000Z' }),
        ...at('b', [1], { start: 900, boot: 'y', wall: '2026-11-22T09:00:00.000Z' }),
        ...at('c', [1], { start: 5, boot: 'x', wall: '2026-11-22T08:00:00.000Z' }),
      ],
      'a:0 a:1 c:0 c:1 b:0 b:1',
    ],
    [
      'boots of one wall clock stand by their id',
      [...at('a', [], { boot: 'y' }), ...at('b', [], { boot: 'x' })],
      'b:0 a:0',
    ],
    ['a gap stands before what arrived after all', lateFirst(), 'd:0 d:1 d:1 d:2'],
  ];
  test.each(cases)('%s', (_, entries, expected) => {
    expect(places(entries)).toBe(expected);
  });

  test('a gap stands before what arrived after all, by its type', () => {
    expect(sealedOrder(lateFirst()).map(({ type }) => type)).toEqual([
      'session',
      'gap',
      'note',
      'note',
    ]);
  });

  function lateFirst(): Entry[] {
    const late = { ...note('late').draft(1000), session: 'd', seq: 1 } as Entry;
    return [late, ...tape('d', [gap(1), note('after')], { id: 'd' })];
  }
});

describe('clocks', () => {
  const clock = { wall: '2026-11-22T09:00:00.000Z', monotonic: '123456789999', boot: 'b' };

  test('a start is in whole microseconds', () => expect(startOf(clock)).toBe(123456789));

  test('wall time is for people, in milliseconds', () => {
    expect(wallTime(clock, 1500)).toBe(Date.UTC(2026, 10, 22, 9) + 1.5);
  });
});
