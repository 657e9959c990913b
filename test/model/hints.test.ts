// The search for hints finds what `includes` finds, whatever the hints and wherever they stand.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHintSearch } from '../../model/hints.ts';
import { SECRET_SHAPES } from '../../model/secrets.ts';
import { SEED } from '../kit/random.ts';

const letters = fc.constantFrom(...'abAB_-.^$\\@é');
const word = (minLength: number, maxLength: number) =>
  fc.array(letters, { minLength, maxLength }).map((all) => all.join(''));
const items = fc.array(fc.record({ hints: fc.array(word(1, 4), { maxLength: 4 }) }), {
  maxLength: 5,
});

test(`it finds what is there, in order (seed ${SEED})`, () => {
  fc.assert(
    fc.property(items, word(0, 40), (all, text) => {
      const there = all.filter(({ hints }) => hints.some((hint) => text.includes(hint)));
      expect(createHintSearch(all)(text)).toEqual(there);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('it finds every shape by each of its hints', () => {
  const search = createHintSearch(SECRET_SHAPES);
  for (const shape of SECRET_SHAPES) {
    for (const hint of shape.hints) expect(search(`before ${hint} behind`)).toContain(shape);
  }
  expect(search('The server returned every entity of this graph.')).toEqual([]);
});
