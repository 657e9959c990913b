/** One rule a keyword: what it says of a value. A rule that is not sure says that it does not know. */
import { canonicalJson } from '../../../../model/canonical.ts';
import { isObject, isSameJson, table } from '../../../../model/json.ts';
import { FIT_COMBINATIONS } from './combinations.ts';
import { matches } from './pattern.ts';
import { type Fit, type FitRule, isMisfit, isSpent, misfit, type Walk } from './walk.ts';

/** Whether a keyword holds; undefined: nobody knows. */
type Held = boolean | undefined;

function held(keyword: string, holds: Held): Fit {
  if (holds === undefined) return 'unknown';
  return holds ? 'fits' : misfit(keyword);
}

/** Of a number, or of the size of something; `null`: it says nothing of such a value. */
function bound(
  keyword: string,
  sizeOf: (value: unknown, walk: Walk) => number | null,
  holds: (size: number, limit: number) => Held,
): [string, FitRule] {
  return [
    keyword,
    (value, said, _, walk) => {
      const size = sizeOf(value, walk);
      if (size === null) return 'fits';
      return held(keyword, typeof said === 'number' ? holds(size, said) : undefined);
    },
  ];
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);
const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : null);
const membersOf = (value: unknown) => (isObject(value) ? Object.keys(value).length : null);
/** Characters are counted as code points. */
const charactersOf = (value: unknown, walk: Walk): number | null => {
  if (typeof value !== 'string') return null;
  walk.left -= value.length;
  let count = 0;
  for (const _ of value) count++;
  return count;
};

const atLeast = (size: number, limit: number) => size >= limit;
const atMost = (size: number, limit: number) => size <= limit;

function isOfType(value: unknown, type: unknown): Held {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return undefined;
  }
}

function ofTypes(value: unknown, types: readonly unknown[]): Held {
  const each = types.map((type) => isOfType(value, type));
  return each.includes(true) || (each.includes(undefined) ? undefined : false);
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

const listed: FitRule = (value, said, _, walk) => {
  if (!Array.isArray(said) || isSpent(walk, said.length)) return 'unknown';
  if (said.includes(value)) return 'fits';
  if (isPlain(value)) return misfit('enum');
  if (isSpent(walk, said.length * 20)) return 'unknown';
  return held(
    'enum',
    said.some((one) => isSameJson(one, value)),
  );
};

const pattern: FitRule = (value, said, _, walk) =>
  typeof value === 'string' ? held('pattern', matches(said, value, walk)) : 'fits';

const unique: FitRule = (value, said, _, walk) => {
  if (said !== true || !Array.isArray(value) || isSpent(walk, value.length * 5)) return 'fits';
  const texts = value.map(canonicalJson);
  const isAllDifferent = new Set(texts).size === texts.length;
  // Of long numbers two may only look equal.
  return held(
    'uniqueItems',
    isAllDifferent || (texts.some((text) => /\d{16}/.test(text)) ? undefined : false),
  );
};

const required: FitRule = (value, said, _, walk) => {
  if (!isObject(value)) return 'fits';
  if (!Array.isArray(said) || isSpent(walk, said.length)) return 'unknown';
  return held(
    'required',
    said.every((name) => Object.hasOwn(value, String(name))),
  );
};

const dependentRequired: FitRule = (value, said, _, walk) => {
  if (!isObject(value)) return 'fits';
  if (!isObject(said)) return 'unknown';
  for (const [name, needed] of Object.entries(said)) {
    if (!Object.hasOwn(value, name)) continue;
    const fit = required(value, needed, said, walk);
    if (fit !== 'fits') return isMisfit(fit) ? misfit('dependentRequired') : fit;
  }
  return 'fits';
};

const unknown: FitRule = () => 'unknown';

/** Without inherited members: a schema may have a keyword `constructor`. */
export const FIT_RULES: Readonly<Record<string, FitRule | undefined>> = table<FitRule | undefined>({
  type: (value, said) =>
    held('type', Array.isArray(said) ? ofTypes(value, said) : isOfType(value, said)),
  const: (value, said) => held('const', isSameJson(value, said)),
  enum: listed,
  ...Object.fromEntries([
    bound('minimum', numberOf, atLeast),
    bound('maximum', numberOf, atMost),
    bound('exclusiveMinimum', numberOf, (number, limit) => number > limit),
    bound('exclusiveMaximum', numberOf, (number, limit) => number < limit),
    // Of fractions the remainder cannot be trusted.
    bound('multipleOf', numberOf, (number, step) =>
      Number.isSafeInteger(number) && Number.isSafeInteger(step) && step > 0
        ? number % step === 0
        : undefined,
    ),
    bound('minLength', charactersOf, atLeast),
    bound('maxLength', charactersOf, atMost),
    bound('minItems', lengthOf, atLeast),
    bound('maxItems', lengthOf, atMost),
    bound('minProperties', membersOf, atLeast),
    bound('maxProperties', membersOf, atMost),
  ]),
  pattern,
  uniqueItems: unique,
  required,
  dependentRequired,
  ...FIT_COMBINATIONS,
  dependencies: unknown,
  unevaluatedProperties: (value, said) => (isObject(value) && said !== true ? 'unknown' : 'fits'),
  unevaluatedItems: (value, said) => (Array.isArray(value) && said !== true ? 'unknown' : 'fits'),
  $dynamicRef: unknown,
  $recursiveRef: unknown,
});
