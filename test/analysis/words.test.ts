// The words of a text: found sign by sign where there is very much, they are those found with their places.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasWord, tokensOf } from '../../analysis/words/names.ts';
import { isTimestamp, wordsIn } from '../../analysis/words/pieces.ts';
import { eachToken, hashOf } from '../../analysis/words/token.ts';
import { isPlaceholder } from '../../model/placeholder.ts';
import { holds, SEED } from '../kit/random.ts';

const part = fc.oneof(
  fc.constantFrom(
    'tkt-4f9a21c7',
    '/docs/plan-2.md',
    'https://a.example/b/c123?d=e9',
    'note:77aa88',
    '…',
  ),
  fc.constantFrom(
    ' ',
    '"',
    '\n',
    '+-',
    '_',
    '::',
    '@',
    '~',
    '世界世界世界',
    '\u{1f600}',
    '\ud800',
    '…',
    '“',
  ),
  fc.constantFrom('2026-11-26T08:00:00.123Z', '<secret:token:0011aabb>'),
  fc.string({ unit: 'binary', maxLength: 10 }),
);
const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));

test(`every long word is followed as it is written (seed ${SEED})`, () => {
  holds(
    text,
    (own) => {
      const followed = new Set<string>();
      eachToken(own, (start, end) => followed.add(own.slice(start, end)));
      const words = wordsIn(own)
        .map((word) => word.text)
        .filter((word) => word.length >= 6 && !isTimestamp(word) && !isPlaceholder(word));
      expect(words.filter((word) => !followed.has(word))).toEqual([]);
    },
    { runs: 3000 },
  );
});

test('a path, an address and the words in them', () => {
  const found: string[] = [];
  const own = 'see /docs/plan-2026.md, or https://tickets.example/t/44a1b2c3.';
  eachToken(own, (start, end) => found.push(own.slice(start, end)));
  expect(found).toEqual([
    '/docs/plan-2026.md',
    'plan-2026.md',
    'https://tickets.example/t/44a1b2c3',
    'tickets.example',
    '44a1b2c3',
  ]);
});

test('a hundred thousand tokens have a hundred thousand hashes', () => {
  const hashes = new Set(
    Array.from({ length: 100_000 }, (_, index) =>
      hashOf(`  id-${index}`, 2, 5 + `${index}`.length),
    ),
  );
  expect(hashes.size).toBe(100_000);
  expect(Math.max(...hashes)).toBeLessThan(2 ** 53);
});

test('a word stands in a text only as a whole', () => {
  expect(['plan', 'plan-2', '2', 'pla'].map((word) => hasWord('the plan-2.', word))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(tokensOf('a plan-2, b')).toEqual({ tokens: ['a', 'plan-2', 'b'], rest: '\0 \0, \0' });
});
