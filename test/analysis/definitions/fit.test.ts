/** Whether a value fits a schema: as @cfworker/json-schema says where it is sure, and never for long. */
import { describe, expect, test } from 'vitest';
import { type Fit, fitOf } from '../../../analysis/definitions/schema/fit/fit.ts';
import { dice } from '../../kit/random.ts';
import { enclosed, likely, type Schema, schema, validator, value } from './schemas.ts';

const judged = (of: unknown, is: unknown): Fit => fitOf(is, of, JSON.stringify(is)?.length ?? 0);
const open = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const OLD = { $schema: 'http://json-schema.org/draft-07/schema#' };

describe('against @cfworker/json-schema', () => {
  test('what is claimed is what the engine says, and most is claimed', () => {
    const seed = 20261126;
    const roll = dice(seed);
    let claimed = 0;
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      const own = enclosed(schema(roll) as Schema);
      const is = {
        it:
          roll(2) === 0
            ? value(roll)
            : likely((own as { properties: { it: unknown } }).properties.it, roll),
      };
      const said = judged(own, is);
      if (said === 'unknown') continue;
      claimed++;
      const where = `seed ${seed}, round ${round}: ${JSON.stringify([own, is, said])}`;
      expect(said === 'fits', where).toBe(validator(own as Schema)(is));
    }
    expect(claimed).toBeGreaterThan(rounds * 0.9);
  });
});

const cases: [name: string, schema: unknown, value: unknown, expected: Fit][] = [
  [
    'a member below members',
    open({ a: open({ 'b/c': { type: 'string' } }) }),
    { a: { 'b/c': 1 } },
    { at: '/a/b~1c', keyword: 'type' },
  ],
  ['a missing member', open({}, { required: ['x'] }), {}, { at: '', keyword: 'required' }],
  [
    'a member too many',
    open({ a: {} }, { additionalProperties: false }),
    { b: 1 },
    { at: '/b', keyword: 'additionalProperties' },
  ],
  [
    'an element',
    { type: 'array', items: { type: 'integer' } },
    [1, 1.5],
    { at: '/1', keyword: 'type' },
  ],
  ['1.0 is an integer', { type: 'integer' }, 1.0, 'fits'],
  [
    'a reference',
    open({ a: { $ref: '#/$defs/n' } }, { $defs: { n: { minimum: 2 } } }),
    { a: 1 },
    { at: '/a', keyword: 'minimum' },
  ],
  [
    'a reference to itself',
    open({ next: { $ref: '#' }, n: { type: 'number' } }),
    { next: { next: { n: 'x' } } },
    { at: '/next/next/n', keyword: 'type' },
  ],
  [
    'a list of schemas in draft-07',
    { ...OLD, items: [{ type: 'string' }], additionalItems: false },
    ['x', 1],
    { at: '/1', keyword: 'false' },
  ],
  [
    'beside a reference, in draft-07',
    {
      ...OLD,
      ...open({ a: { $ref: '#/definitions/any', type: 'null' } }),
      definitions: { any: {} },
    },
    { a: 1 },
    'fits',
  ],
  ['a linear pattern', { pattern: '^[a-z]+$' }, 'x1', { at: '', keyword: 'pattern' }],
  ['characters, not halves of them', { maxLength: 1 }, '😀', 'fits'],
  [
    'the name of an inherited member',
    open({}, { required: ['toString'] }),
    {},
    { at: '', keyword: 'required' },
  ],
  ['a keyword with an inherited name', { constructor: 1, type: 'object' }, {}, 'fits'],
  [
    'a condition',
    Object.fromEntries([
      ['if', { type: 'string' }],
      ['then', { minLength: 2 }],
    ]),
    'x',
    { at: '', keyword: 'minLength' },
  ],
  ['format only explains', { type: 'string', format: 'date' }, 'no date', 'fits'],
  // Whatever stands below, nobody may be blamed.
  [
    'a secret under a number',
    open({ password: { type: 'number' } }),
    { password: '<secret:field:9f2c11d0>' },
    'unknown',
  ],
  ['a secret among fixed values', { enum: ['a'] }, 'x <secret:field:9f2c11d0>', 'unknown'],
  [
    'a secret as a name',
    open({}, { additionalProperties: false }),
    { '<secret:field:9f2c11d0>': 1 },
    'unknown',
  ],
  [
    'a secret in the schema',
    open({ a: { const: '<secret:field:9f2c11d0>' } }),
    { a: 'x' },
    'unknown',
  ],
  ['an unknown dialect', { $schema: 'https://example.com/schema', type: 'string' }, 1, 'unknown'],
  ['a reference to elsewhere', { $ref: 'https://example.com/x.json' }, 1, 'unknown'],
  ['an unknown type', { type: 'date' }, 1, 'unknown'],
  ['a list of schemas where none is meant', { items: [{ type: 'string' }] }, [1], 'unknown'],
  ['not, of what is unknown', { not: { $ref: 'other' } }, 1, 'unknown'],
  ['no schema', null, 1, 'unknown'],
  ['a remainder of fractions', { multipleOf: 0.1 }, 0.3, 'unknown'],
  // Hostile ones.
  ['a pattern that never ends', { pattern: '^(a+)+$' }, `${'a'.repeat(40)}!`, 'unknown'],
  ['a pattern that is none', { pattern: '(' }, 'x', 'unknown'],
  ['a circle', { $ref: '#' }, 1, 'unknown'],
  [
    'a circle of two',
    { allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { $ref: '#' } } },
    1,
    'unknown',
  ],
];

test.each(cases)('%s', (_, of, is, expected) => {
  expect(judged(of, is)).toEqual(expected);
});

/** `levels` schemas that each refer twice to the next: a million million of them, written out. */
function doubling(levels: number, keyword: string): object {
  const $defs = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => {
      const next = { $ref: `#/$defs/s${level + 1}` };
      return [
        `s${level}`,
        keyword === 'properties'
          ? { allOf: [{ properties: { a: next } }, { properties: { a: next } }] }
          : { [keyword]: [next, next] },
      ];
    }),
  );
  return { $ref: '#/$defs/s0', $defs: { ...$defs, [`s${levels}`]: { type: 'number' } } };
}

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

test.each([
  ['allOf', 1],
  ['anyOf', 'x'],
  ['oneOf', 'x'],
  ['properties', nested(40)],
])('a schema that doubles with each level of %s has an end', (keyword, is) => {
  expect(judged(doubling(40, keyword), is)).toBe('unknown');
});

test('work is proportional to the message: a larger one may take more', () => {
  const list = Array.from({ length: 20_000 }, (_, at) => at);
  expect(judged({ items: { type: 'integer', minimum: 0, maximum: 9e9 } }, list)).toBe('fits');
  expect(judged({ items: { type: 'integer' } }, [...list, 'x'])).toEqual({
    at: '/20000',
    keyword: 'type',
  });
  const many = { anyOf: Array.from({ length: 100_000 }, () => ({ type: 'null' })) };
  expect(judged(many, 1)).toBe('unknown');
});
