// Invariant: an expression that is accepted takes no more steps than was counted beforehand, on any text: from each
// character at most MOST_STEPS. Steps are counted by an engine of ours (test/kit/steps.ts), never timed.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLinear, MOST_STEPS } from '../../../model/expression/linear.ts';
import { parseExpression } from '../../../model/expression/parse.ts';
import { SECRET_SHAPES } from '../../../model/secrets.ts';
import { dice, holds, SEED } from '../../kit/random.ts';
import { searched } from '../../kit/steps.ts';

/** Steps of a search through a text. */
function stepsOn(source: string, text: string): number {
  const parsed = parseExpression(source);
  if (!parsed.ok) throw new Error(parsed.reason);
  return searched(parsed.expression, text).steps;
}

/** What a search of a text of so many characters may take. */
function allowed(source: string, length: number): number | undefined {
  const verdict = checkLinear(source);
  return verdict.ok ? verdict.steps * (length + 1) + verdict.once : undefined;
}

/** What is known to stop whole services: nested, overlapping and unbounded repetitions. */
const CATASTROPHIC = [
  '(a+)+b',
  '(a*)*b',
  '(a|a)*b',
  '(a|aa)+$',
  '(a|a?)+$',
  '(.*a){20}',
  '(x+x+)+y',
  '(?:a?){30}a{30}',
  '([a-zA-Z]+)*$',
  '(?:a{1,50}){1,50}b',
  '(?:(?:a{1,9}){1,9}){1,9}b',
  '^(\\w+\\s?)*$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^(a*)*$',
  '(\\d+)*x',
  '(?:.|[a-z]){0,40}x',
  // Rounds that take nothing are refused by the engine, one after the other.
  '(?:a??b??c??d??e??f??g??h??i??j??k??)*',
  // Quadratic: searched anew from each start.
  '\\w+@',
  '.*x',
  '\\s+$',
  'a*b',
  '[a-z]{3,}-',
  '(?=a*)b',
  '(?<=a+)b',
  'x*y*z',
  '^.*.*x',
  '^(?:a.*.*x|b)',
  // Too much of what is bounded.
  '[a-z]{1,60}[a-z]{1,60}x',
  '(?:a|b|ab){1,20}x',
  '[a-z]{1,2000}x',
];

test.each(CATASTROPHIC)('%s is refused', (source) => {
  expect(checkLinear(source)).toEqual({ ok: false, reason: expect.any(String) });
});

test.each([
  ['(a)\\1', 'refers back to what a group found'],
  ['(?<n>a)\\k<n>', 'refers back to what a group found'],
  ['(?i:a)', 'has a group of a kind not known here'],
  ['a(b', 'has a group that is not closed'],
  ['ab)', 'closes a group that was not opened'],
  ['[ab', 'has a class that is not closed'],
  ['[z-a]', 'has a range that is none in a class'],
  ['[\\w-z]', 'has a range that is none in a class'],
  ['+a', 'has a + with nothing to repeat before it'],
  ['a{3,1}', 'has its numbers the wrong way round in a{3,1}'],
  ['\\p{L}', 'has \\p, which is not known here'],
  ['\\', 'has \\, which is not known here'],
  ['(?=a){3}', 'repeats something that takes no character'],
  ['('.repeat(60), 'nests deeper than 50 groups'],
  ['\\w+@', 'repeats \\w+ without an end, and what follows may fail: give it one, such as {1,64}'],
])('%s is refused since it %s', (source, reason) => {
  expect(checkLinear(source)).toEqual({ ok: false, reason });
});

test.each([
  ['acme_[a-z0-9]{32}', 100],
  ['acme_[a-z0-9]+', 20],
  ['[a-z]+', 10],
  ['\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b', 40],
  ['acme\\.[\\w-]{20,1000}\\.[\\w-]{20,1000}', 1000],
  ['(?:ACME|EMCA)-(?:[A-F0-9]{4}-){3}[A-F0-9]{4}', 60],
  ['^[a-z]*:[a-z]*$', 10],
])('%s takes no more than %d steps at a character', (source, most) => {
  const verdict = checkLinear(source);
  expect(verdict).toEqual({ ok: true, steps: expect.any(Number), once: expect.any(Number) });
  if (verdict.ok) expect(verdict.steps).toBeLessThanOrEqual(most);
});

/** Not counted as linear, and why it is all the same; each is searched below. */
const JUSTIFIED: Readonly<Record<string, string>> = {
  jwt: 'it starts where no letter of its runs stands before it, so each run is read by one attempt',
};

describe('the shapes of secrets', () => {
  const named = SECRET_SHAPES.map(({ type, shape }) => [type, shape] as const);
  test.each(named)('%s runs in linear time', (type, { source, flags }) => {
    const verdict = checkLinear(source, flags);
    expect(verdict.ok).toBe(JUSTIFIED[type] === undefined);
  });

  const roll = dice();
  test.each(named)(`%s takes its steps on the worst of texts (seed ${SEED})`, (_type, shape) => {
    const { source } = shape;
    for (const text of worstTexts(source, roll)) {
      expect(stepsOn(source, text)).toBeLessThanOrEqual(
        Math.min(MOST_STEPS * text.length, allowed(source, text.length) ?? Infinity),
      );
    }
  });
});

/** Beginnings of what a shape wants, over and over, with what may stop it behind. */
function worstTexts(source: string, roll: (limit: number) => number): string[] {
  const words = source.match(/[A-Za-z][\w-]{1,20}/g) ?? [];
  const units = [...words, 'eyJ', 'a.', 'A1', ' ', '://a:', '-----BEGIN ', '%3D', '\\n', '+', '"'];
  return Array.from({ length: 12 }, () => {
    const parts = Array.from({ length: 1 + roll(4) }, () => units[roll(units.length)] ?? '');
    return parts.join('').repeat(200).slice(0, 2000);
  });
}

/** Expressions of all kinds over few letters, so that everything overlaps. */
const expressions = fc.letrec<{ part: string }>((tie) => {
  const times = fc.constantFrom('*', '+', '?', '{2}', '{0,3}', '{1,4}', '{2,}', '*?', '+?', '??');
  const atom = fc.oneof(
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\b', '^', '$', '\\W', ''),
    tie('part').map((part) => `(?:${part})`),
  );
  const item = fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'ab', '[ab]', '[bc]', '\\w', '.') },
    { weight: 3, arbitrary: fc.tuple(atom, times).map(([one, many]) => `(?:${one})${many}`) },
    { weight: 1, arbitrary: fc.tuple(tie('part'), tie('part')).map(([a, b]) => `(?:${a}|${b})`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('?=', '?!', '?<=', '?<!'), tie('part'))
        .map(([look, part]) => `(${look}${part})`),
    },
  );
  return { part: fc.array(item, { maxLength: 3 }).map((all) => all.join('')) };
}).part;

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 8 });
const growing = fc.tuple(letters, fc.constantFrom('a', 'b', 'ab', 'abc', 'aab', 'c'), letters);

describe('random expressions', () => {
  test(`are read as JavaScript reads them (seed ${SEED})`, () => {
    let searchedCount = 0;
    holds(
      fc.tuple(expressions, letters),
      ([source, text]) => {
        const parsed = parseExpression(source);
        // An edge that is repeated is refused, and what nests repetitions keeps both engines busy.
        if (!parsed.ok || source.length > 60) return;
        const expected = [...text.matchAll(new RegExp(source, 'g'))].map(
          (match) => [match.index, match.index + match[0].length] as const,
        );
        expect(searched(parsed.expression, text).matches).toEqual(expected);
        searchedCount++;
      },
      { runs: 1500 },
    );
    expect(searchedCount).toBeGreaterThan(1000);
  });

  test(`that are accepted keep to their steps on growing texts (seed ${SEED})`, () => {
    let accepted = 0;
    holds(
      fc.tuple(expressions, growing),
      ([source, [before, unit, after]]) => {
        if (!checkLinear(source).ok) return;
        accepted++;
        for (const times of [1, 10, 40, 160]) {
          const text = before + unit.repeat(times) + after;
          expect(stepsOn(source, text)).toBeLessThanOrEqual(allowed(source, text.length) ?? 0);
        }
      },
      { runs: 1500 },
    );
    expect(accepted).toBeGreaterThan(300);
  });
});
