// Lining up two sequences: right, as long as it can be, and quick on sequences made to be slow.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { align, type Pair } from '../../../replay/diff/align.ts';
import { dice, holds, SEED } from '../../kit/random.ts';

/** The length of the longest common subsequence, the slow way. */
function longest(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const item of a) {
    const next = [0];
    for (let j = 0; j < b.length; j++) {
      next.push(item === b[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    }
    row = next;
  }
  return row[b.length]!;
}

function isAligned(pairs: readonly Pair[], a: readonly string[], b: readonly string[]): boolean {
  return pairs.every(([i, j], at) => {
    const before = pairs[at - 1];
    return a[i] === b[j] && (!before || (before[0] < i && before[1] < j));
  });
}

const few = fc.array(fc.constantFrom('a', 'b', 'c', '__proto__'), { maxLength: 30 });
const many = fc.array(
  fc.nat(60).map((n) => `k${n}`),
  { maxLength: 60 },
);

test(`pairs are equal items, both sides rising (seed ${SEED})`, () => {
  holds(fc.oneof(fc.tuple(few, few), fc.tuple(many, many)), ([a, b]) => {
    expect(isAligned(align(a, b), a, b)).toBe(true);
  });
});

test(`without a key that stands once it is a longest common subsequence (seed ${SEED})`, () => {
  holds(fc.tuple(few, few), ([one, other]) => {
    const [a, b] = [
      [...one, ...one, 'x', ...one],
      [...other, ...other, 'y', ...other],
    ];
    expect(align(a, b)).toHaveLength(longest(a, b));
  });
});

test('one item more, anywhere, leaves all others paired', () => {
  const a = Array.from({ length: 500 }, (_, at) => `k${at % 7}`);
  for (const at of [0, 1, 250, 499, 500]) {
    expect(align(a, a.toSpliced(at, 0, 'new'))).toHaveLength(500);
    expect(align(a.toSpliced(at, 0, 'new'), a)).toHaveLength(500);
  }
});

test('sequences made to be slow are lined up all the same', () => {
  const roll = dice();
  const noise = (sides: number) => Array.from({ length: 20_000 }, () => `k${roll(sides)}`);
  for (const sides of [2, 100, 15_000]) {
    const [a, b] = [noise(sides), noise(sides)];
    expect(isAligned(align(a, b), a, b)).toBe(true);
  }
  const up = Array.from({ length: 20_000 }, (_, at) => `k${at}`);
  expect(align(up, up.toReversed())).toHaveLength(1);
});
