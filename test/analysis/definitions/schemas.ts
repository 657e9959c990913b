/**
 * Random schemas, changes of them that are known to widen or to narrow, and values to try them on.
 * Everything comes from one dice, so a failure names the number that makes it again.
 */
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';

export type Roll = (limit: number) => number;
export type Schema = boolean | { readonly [keyword: string]: unknown };

const NAMES = ['a', 'b', 'c'] as const;

function pick<T>(list: readonly T[], roll: Roll): T {
  return list[roll(list.length)] as T;
}

/** A schema whose objects say what they think of further members, so that nothing is left open. */
export function schema(roll: Roll, depth = 2): Schema {
  const leaf = roll(9);
  if (depth > 0 && roll(2) === 0) return nested(roll, depth - 1);
  if (leaf === 0) return { type: 'string', minLength: roll(3), maxLength: 2 + roll(3) };
  if (leaf === 1) return { type: 'integer', minimum: roll(4) - 2, maximum: 2 + roll(4) };
  if (leaf === 2) return { type: 'number', exclusiveMinimum: roll(3) - 2, multipleOf: 1 + roll(2) };
  if (leaf === 3) return { enum: values(roll).slice(0, 1 + roll(4)) };
  if (leaf === 4) return { type: ['string', 'null', 'integer', 'boolean'].slice(0, 1 + roll(4)) };
  if (leaf === 5) return { const: pick(values(roll), roll) };
  if (leaf === 6) return { type: 'boolean' };
  if (leaf === 7) return roll(4) !== 0;
  return { type: 'string', pattern: pick(['^x', 'y$'], roll) };
}

function values(roll: Roll): unknown[] {
  const all = [null, true, false, 0, 1, 2, 1.5, '', 'x', 'xy', 'yyyy'];
  const start = roll(all.length);
  return [...all.slice(start), ...all.slice(0, start)];
}

function nested(roll: Roll, depth: number): Schema {
  const inner = (): Schema => schema(roll, depth);
  const kind = roll(8);
  if (kind <= 2) return object(roll, depth);
  if (kind === 3) return { anyOf: [inner(), inner()] };
  if (kind === 4) return { oneOf: [inner(), inner()] };
  if (kind === 5) return { allOf: [inner(), inner()] };
  if (kind === 6)
    return { type: 'array', items: inner(), minItems: roll(2), maxItems: 1 + roll(3) };
  return { type: 'array', prefixItems: [inner()], items: inner() };
}

function object(roll: Roll, depth: number): Schema {
  const named = NAMES.filter(() => roll(2) === 0);
  return {
    type: 'object',
    properties: Object.fromEntries(named.map((name) => [name, schema(roll, depth)])),
    required: NAMES.filter(() => roll(3) === 0),
    additionalProperties: pick([true, false, { type: 'string' }, schema(roll, 0)], roll),
  };
}

/** One value of few, so that values and schemas meet often. */
export function value(roll: Roll, depth = 3): unknown {
  const kind = depth === 0 ? 9 : roll(12);
  if (kind <= 2) {
    const named = NAMES.filter(() => roll(2) === 0);
    return Object.fromEntries(named.map((name) => [name, value(roll, depth - 1)]));
  }
  if (kind <= 4) return Array.from({ length: roll(4) }, () => value(roll, depth - 1));
  return pick(values(roll), roll);
}

/** A value that the schema likes more often than chance. */
export function likely(of: unknown, roll: Roll, depth = 4): unknown {
  if (typeof of !== 'object' || of === null || depth === 0 || roll(8) === 0) return value(roll, 2);
  const {
    enum: listed,
    anyOf,
    oneOf,
    allOf,
    properties,
    type,
    items,
    prefixItems,
    ...rest
  } = of as Record<string, unknown>;
  if ('const' in rest) return rest['const'];
  if (Array.isArray(listed)) return pick(listed, roll);
  const alternatives = [anyOf, oneOf, allOf].find(Array.isArray);
  if (alternatives) return likely(pick(alternatives, roll), roll, depth - 1);
  if (type === 'object') return likelyObject(properties, rest, roll, depth);
  if (type === 'array') {
    const first = Array.isArray(prefixItems) ? prefixItems : [];
    return Array.from({ length: roll(4) }, (_, at) => likely(first[at] ?? items, roll, depth - 1));
  }
  const fitting = values(roll).filter(
    (one) => typeof one === (type === 'integer' ? 'number' : type),
  );
  return fitting.length === 0 ? value(roll, 1) : pick(fitting, roll);
}

function likelyObject(
  properties: unknown,
  { required, additionalProperties }: Record<string, unknown>,
  roll: Roll,
  depth: number,
): unknown {
  const known = (properties ?? {}) as Record<string, unknown>;
  const needed = Array.isArray(required) ? required : [];
  const names = [...new Set([...Object.keys(known), ...NAMES])];
  const chosen = names.filter((name) => needed.includes(name) || roll(3) === 0);
  return Object.fromEntries(
    chosen.map((name) => [name, likely(known[name] ?? additionalProperties, roll, depth - 1)]),
  );
}

const engine = new CfWorkerJsonSchemaValidator();

/** Whether a value is valid, as @cfworker/json-schema judges it. */
export function validator(of: Schema): (instance: unknown) => boolean {
  const validate = engine.getValidator(of as never);
  return (instance) => validate(instance).valid;
}

/** A change of a schema; `witness` was allowed before, and is not any more. */
interface Change {
  readonly name: string;
  readonly before: Schema;
  readonly after: Schema;
  readonly witness?: unknown;
}

const text = { type: 'string' };
const open = (properties: object, more: object = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});

/** Changes that allow more, or the same: none of them may be called breaking. */
export function widenings(roll: Roll): Change[] {
  const any = schema(roll, 1);
  return [
    { name: 'a new optional member', before: open({ a: any }), after: open({ a: any, z: text }) },
    {
      name: 'a member that is no longer required',
      before: open({ a: any }, { required: ['a'] }),
      after: open({ a: any }),
    },
    { name: 'another value', before: { enum: ['x', 1] }, after: { enum: [1, 'x', null] } },
    { name: 'another type', before: { type: 'integer' }, after: { type: ['number', 'null'] } },
    { name: 'an alternative', before: any, after: { anyOf: [text, any] } },
    { name: 'null', before: text, after: { anyOf: [text, { type: 'null' }] } },
    {
      name: 'an alternative of one kind each',
      before: { type: ['string', 'null'] },
      after: { oneOf: [{ type: 'null' }, text] },
    },
    {
      name: 'members that were closed',
      before: open({ a: any }, { additionalProperties: false }),
      after: open({ a: any }),
    },
    {
      name: 'the same behind a reference',
      before: open({ a: any }),
      after: open({ a: { $ref: '#/$defs/any' } }, { $defs: { any } }),
    },
    {
      name: 'a reference to itself, with one bound less',
      before: open({ a: { $ref: '#' }, n: { type: 'integer', minimum: 0 } }),
      after: open({ a: { $ref: '#' }, n: { type: 'integer' } }),
    },
    {
      name: 'one part less',
      before: { allOf: [text, { maxLength: 3 }] },
      after: { type: 'string' },
    },
    {
      name: 'a lower bound',
      before: { type: 'integer', minimum: 1 + roll(3) },
      after: { minimum: 0 },
    },
    {
      name: 'a discriminated alternative',
      before: { oneOf: [kind('x', any), kind('y', text)] },
      after: { oneOf: [kind('x', any), kind('y', text), kind('w', {})] },
    },
  ];
}

/** Changes that refuse what was allowed; each comes with a value that shows it. */
export function narrowings(roll: Roll): Change[] {
  const any = schema(roll, 1);
  return [
    {
      name: 'a new required member',
      before: open({ a: any }),
      after: open({ a: any, z: text }, { required: ['z'] }),
      witness: {},
    },
    {
      name: 'a required member',
      before: open({ a: any }),
      after: open({ a: any }, { required: ['a'] }),
      witness: {},
    },
    { name: 'a value less', before: { enum: ['x', 1] }, after: { enum: ['x'] }, witness: 1 },
    { name: 'another type', before: text, after: { type: 'number' }, witness: 'x' },
    { name: 'whole numbers', before: { type: 'number' }, after: { type: 'integer' }, witness: 1.5 },
    {
      name: 'members that are closed',
      before: open({ a: any }),
      after: open({ a: any }, { additionalProperties: false }),
      witness: { q: 1 },
    },
    {
      name: 'further members of one type',
      before: open({}, { additionalProperties: true }),
      after: open({}, { additionalProperties: text }),
      witness: { q: 1 },
    },
    {
      name: 'a named member among free ones',
      before: open({}, { additionalProperties: true }),
      after: open({ q: text }, { additionalProperties: true }),
      witness: { q: 1 },
    },
    {
      name: 'a bound',
      before: { type: 'string' },
      after: { type: 'string', maxLength: 1 },
      witness: 'xy',
    },
    {
      name: 'an alternative less',
      before: { anyOf: [text, { type: 'null' }] },
      after: text,
      witness: null,
    },
    {
      name: 'exactly one of two that overlap',
      before: { anyOf: [text, { maxLength: 3 }] },
      after: { oneOf: [text, { maxLength: 3 }] },
      witness: 'x',
    },
    {
      name: 'a part more',
      before: text,
      after: { allOf: [text, { $ref: '#/$defs/short' }], $defs: { short: { maxLength: 1 } } },
      witness: 'xy',
    },
    {
      name: 'a change behind a reference',
      before: open({ a: { $ref: '#/$defs/it' } }, { $defs: { it: text } }),
      after: open({ a: { $ref: '#/$defs/it' } }, { $defs: { it: { type: 'null' } } }),
      witness: { a: 'x' },
    },
    { name: 'not', before: text, after: { type: 'string', not: { const: 'x' } }, witness: 'x' },
    {
      name: 'a condition',
      before: text,
      after: {
        type: 'string',
        if: { const: 'x' },
        else: true,
        ...Object.fromEntries([['then', false]]),
      },
      witness: 'x',
    },
    {
      name: 'items of another type',
      before: { type: 'array', items: {} },
      after: { type: 'array', items: text },
      witness: [1],
    },
    {
      name: 'a needed companion',
      before: open({ a: {}, b: {} }),
      after: open({ a: {}, b: {} }, { dependentRequired: { a: ['b'] } }),
      witness: { a: 1 },
    },
  ];
}

function kind(name: string, data: Schema): Schema {
  return open({ kind: { const: name }, data }, { required: ['kind'] });
}

/** A schema below a member of a closed object, where no freedom is taken. */
export function enclosed(inner: Schema): Schema {
  return open({ it: inner }, { required: ['it'], additionalProperties: false });
}
