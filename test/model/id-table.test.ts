import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdTable } from '../../model/id-table.ts';

const counting = fc.integer({ min: -2, max: 12 });
const odd = fc.constantFrom<string | number>(
  ...['', '1', 'a'],
  ...[-0, 0.5, 1e300, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 53 + 2],
);

test('whatever ids come in whatever order, it holds what a map holds', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ arbitrary: counting, weight: 4 }, odd)), (ids) => {
      const table = createIdTable<string | number, number>();
      const map = new Map<string | number, number>();
      for (const [at, id] of ids.entries()) {
        expect(table.get(id)).toBe(map.get(id));
        table.set(id, at);
        map.set(id, at);
      }
      for (const id of [...ids, 99, 'none']) expect(table.get(id)).toBe(map.get(id));
    }),
    { numRuns: 2000 },
  );
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
