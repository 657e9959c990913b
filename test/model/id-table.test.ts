import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdTable } from '../../model/id-table.ts';

const counting = fc.integer({ min: -2, max: 12 });
const odd = fc.constantFrom<string | number>(
  ...['', '1', 'a'],
  ...[-0, 0.5, 1e300, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 53 + 2],
);

const anyId = fc.oneof({ arbitrary: counting, weight: 4 }, odd);

test('whatever ids come in whatever order, it holds what a map holds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyId, fc.boolean())), (steps) => {
      const table = createIdTable<string | number, number>();
      const map = new Map<string | number, number>();
      for (const [at, [id, isGiven]] of steps.entries()) {
        expect(table.get(id)).toBe(map.get(id));
        if (isGiven) {
          table.set(id, at);
          map.set(id, at);
        } else {
          table.delete(id);
          map.delete(id);
        }
      }
      const ids = steps.map(([id]) => id);
      for (const id of [...ids, 99, 'none']) expect(table.get(id)).toBe(map.get(id));
    }),
    { numRuns: 2000 },
  );
});

test('ids that are deleted at the front, and may come again', () => {
  const table = createIdTable<number, number>();
  const map = new Map<number, number>();
  for (let at = 0; at < 1000; at++) {
    table.set(at, at);
    map.set(at, at);
    // Every seventh stays, and ids of long ago come again.
    if (at % 7 !== 0 || at > 500) for (const held of [table, map]) held.delete(at - 20);
    if (at % 50 === 0) for (const held of [table, map]) held.set(at - 40, -at);
  }
  for (let id = -50; id < 1010; id++) expect(table.get(id)).toBe(map.get(id));
});

test.each([0, 1, -7, 2 ** 53 - 3, 2 ** 53])('ids that count up from %s', (first) => {
  const table = createIdTable<number, number>();
  const map = new Map<number, number>();
  for (let at = 0; at < 10; at++) {
    table.set(first + at, at);
    map.set(first + at, at);
  }
  for (const [id, at] of map) expect(table.get(id)).toBe(at);
  expect(table.get(first - 1)).toBe(map.get(first - 1));
});
