/** What the rules of single keywords are asked, and what they ask of the schemas around them. */
import { canonicalJson } from '../../../model/canonical.ts';
import { isObject } from '../../../model/json.ts';
import { type Kind, kindsOf, valuesOf } from './kinds.ts';
import type { Naming } from './naming.ts';
import { type Conjunct, conjunctsOf, type Placed, sameValue } from './place.ts';
import type { Refusal } from './refusal.ts';

/** What is allowed on the narrow side, taken apart. */
export interface Allowed {
  readonly all: readonly Conjunct[];
  readonly kinds: ReadonlySet<Kind>;
  /** Every value, where they are told one by one. */
  readonly values: readonly unknown[] | undefined;
  readonly isRoot: boolean;
  readonly naming: Naming;
}

export interface Comparison {
  /** Of results: whoever reads them ignores members that it does not know, and misses those that go. */
  readonly of: 'arguments' | 'results';
  /** What the wide schema may refuse at another place, which `at` names for people. */
  compare(narrow: readonly Placed[], wide: Placed, at: string): Refusal[];
  /** The same at one place, of one alternative. */
  cover(narrow: readonly Placed[], wide: Placed, at: string): Refusal[];
}

/** May a keyword of the wide side refuse any of what is allowed? */
export interface Question {
  readonly allowed: Allowed;
  readonly wide: Conjunct;
  readonly keyword: string;
  readonly at: string;
  readonly comparison: Comparison;
}

export type Rule = (question: Question) => Refusal[];

/** Whether a conjunct of the narrow side says the same with these keywords. */
export function isSaid(allowed: Allowed, wide: Conjunct, keywords: readonly string[]): boolean {
  return allowed.all.some((one) =>
    keywords.every((keyword) =>
      sameValue(one.keywords[keyword], one.root, wide.keywords[keyword], wide.root),
    ),
  );
}

/** Whether no value can be of both: other kinds, other values, or another value of a needed member. */
export function areApart(a: readonly Placed[], b: readonly Placed[], depth = 2): boolean {
  const [left, right] = [conjunctsOf(a).all, conjunctsOf(b).all];
  const [kinds, others] = [kindsOf(left), kindsOf(right)];
  const common = [...kinds].filter((kind) => others.has(kind));
  if (common.length === 0) return true;
  const [values, otherValues] = [valuesOf(left, kinds), valuesOf(right, others)];
  if (values && otherValues) {
    const texts = new Set(values.map(canonicalJson));
    return !otherValues.some((value) => texts.has(canonicalJson(value)));
  }
  if (depth === 0 || common.some((kind) => kind !== 'object')) return false;
  return requiredOf([...left, ...right]).some((name) => {
    const [mine, theirs] = [memberSchemas(left, name), memberSchemas(right, name)];
    return mine.length > 0 && theirs.length > 0 && areApart(mine, theirs, depth - 1);
  });
}

export function requiredOf(conjuncts: readonly Conjunct[]): string[] {
  return conjuncts.flatMap(({ keywords: { required } }) =>
    Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [],
  );
}

/** What is said of a member by name. */
export function memberSchemas(conjuncts: readonly Conjunct[], name: string): Placed[] {
  return conjuncts.flatMap(({ keywords: { properties }, root }) =>
    isObject(properties) && Object.hasOwn(properties, name)
      ? [{ schema: properties[name], root }]
      : [],
  );
}

/** The place of a member, for people: `filter.name`, `rows[].id`. */
export function below(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
