/**
 * One rule a keyword: what a schema with it may refuse of the values that are allowed. A rule that
 * is not sure says so; it never says nothing when it does not know.
 */
import { canonicalJson } from '../../../model/canonical.ts';
import { isObject, table } from '../../../model/json.ts';
import { type Allowed, isSaid, type Rule } from './allowed.ts';
import { alternatives, oneAlternative } from './alternatives.ts';
import { COUNTS, count, lowest, multiple } from './bounds.ts';
import { type Kind, kindsOfType, kindsText, listedValues } from './kinds.ts';
import { additionalMembers, members, required } from './members.ts';
import type { Placed } from './place.ts';

const type: Rule = ({ allowed: { kinds }, wide, at }) => {
  const taken = kindsOfType(wide.keywords['type']);
  if ([...kinds].every((kind) => taken.has(kind))) return [];
  const apart = ![...kinds].some((kind) => taken.has(kind));
  return [{ at, why: 'type', was: kindsText(kinds), is: kindsText(taken), apart }];
};

const listed: Rule = ({ allowed: { values }, wide, at }) => {
  const taken = listedValues(wide.keywords);
  if (!taken) return [{ at, why: 'undecided', keyword: 'enum' }];
  if (!values) return [{ at, why: 'listed' }];
  const texts = new Set(taken.map(canonicalJson));
  const missing = values.filter((value) => !texts.has(canonicalJson(value)));
  return missing.length === 0 ? [] : [{ at, why: 'values', values: missing }];
};

/** Keywords that must be said in the same words, and together. */
const alike =
  (keywords: readonly string[], ...about: readonly Kind[]): Rule =>
  ({ allowed, wide, keyword, at }) => {
    const concerned = about.length === 0 || about.some((kind) => allowed.kinds.has(kind));
    if (!concerned || isSaid(allowed, wide, keywords)) return [];
    return [{ at, why: 'undecided', keyword }];
  };

const unique: Rule = ({ allowed, wide, at }) => {
  if (wide.keywords['uniqueItems'] !== true || !allowed.kinds.has('array')) return [];
  if (allowed.all.some(({ keywords }) => keywords['uniqueItems'] === true)) return [];
  return [{ at, why: 'bound', keyword: 'uniqueItems', was: false, is: true }];
};

const items: Rule = ({ allowed, wide, at, comparison }) => {
  const { root } = wide;
  const schema = wide.keywords['items'];
  if (!allowed.kinds.has('array')) return [];
  if (Array.isArray(schema)) {
    return isSaid(allowed, wide, ['items', 'additionalItems'])
      ? []
      : [{ at, why: 'undecided', keyword: 'items' }];
  }
  const after = lengthOf(wide.keywords['prefixItems']);
  const longest = Math.max(
    after,
    ...allowed.all.map((one) => lengthOf(one.keywords['prefixItems'])),
  );
  // The elements with a schema of their own, and one that stands for all further ones.
  const places = Array.from({ length: longest - after + 1 }, (_, index) => after + index);
  return places.flatMap((index) =>
    comparison.compare(element(allowed, index), { schema, root }, `${at}[]`),
  );
};

const prefixItems: Rule = ({ allowed, wide, at, comparison }) => {
  const { root } = wide;
  const list = wide.keywords['prefixItems'];
  if (!allowed.kinds.has('array')) return [];
  if (!Array.isArray(list)) return [{ at, why: 'undecided', keyword: 'prefixItems' }];
  return list.flatMap((schema, index) =>
    comparison.compare(element(allowed, index), { schema, root }, `${at}[${index}]`),
  );
};

/** What is said of the element at `index`. */
function element({ all }: Allowed, index: number): Placed[] {
  return all.flatMap(({ keywords, root }) => {
    const own = keywords['prefixItems'];
    const schema = index < lengthOf(own) ? (own as unknown[])[index] : keywords['items'];
    return schema === undefined || Array.isArray(schema) ? [] : [{ schema, root }];
  });
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

/** What depends on the keywords beside it cannot be judged alone. */
const undecided: Rule = ({ keyword, at }) => [{ at, why: 'undecided', keyword }];

/** Without `if` these say nothing, and with it they were compared. */
const BESIDE_IF = ['then', 'else'].map((keyword): [string, Rule] => [keyword, () => []]);

const patterns: Rule = (question) => {
  const { allowed, wide, at, comparison } = question;
  const own = wide.keywords['patternProperties'];
  if (!allowed.kinds.has('object')) return [];
  if (!isObject(own)) return undecided(question);
  return Object.entries(own).flatMap(([pattern, schema]) => {
    const same = allowed.all.flatMap(({ keywords: { patternProperties: its }, root }) =>
      isObject(its) && Object.hasOwn(its, pattern) ? [{ schema: its[pattern], root }] : [],
    );
    if (same.length === 0) return undecided(question);
    return comparison.compare(same, { schema, root: wide.root }, `${at}{}`);
  });
};

/** Without inherited members: a schema may have a keyword `constructor`. */
export const RULES: Readonly<Record<string, Rule>> = table<Rule>({
  type,
  enum: listed,
  const: listed,
  minimum: lowest,
  exclusiveMinimum: lowest,
  maximum: lowest,
  exclusiveMaximum: lowest,
  multipleOf: multiple,
  ...Object.fromEntries(Object.keys(COUNTS).map((keyword) => [keyword, count])),
  pattern: alike(['pattern'], 'string'),
  format: alike(['format']),
  uniqueItems: unique,
  items,
  prefixItems,
  additionalItems: alike(['items', 'additionalItems'], 'array'),
  contains: alike(['contains', 'minContains', 'maxContains'], 'array'),
  minContains: alike(['contains', 'minContains', 'maxContains'], 'array'),
  maxContains: alike(['contains', 'minContains', 'maxContains'], 'array'),
  required,
  properties: members,
  additionalProperties: additionalMembers,
  patternProperties: patterns,
  propertyNames: alike(['propertyNames'], 'object'),
  dependentRequired: alike(['dependentRequired'], 'object'),
  dependentSchemas: alike(['dependentSchemas'], 'object'),
  dependencies: alike(['dependencies'], 'object'),
  anyOf: alternatives,
  oneOf: oneAlternative,
  not: alike(['not']),
  if: alike(['if', 'then', 'else']),
  ...Object.fromEntries(BESIDE_IF),
  unevaluatedProperties: undecided,
  unevaluatedItems: undecided,
});
