/** Which kinds of values a list of conjuncts allows. A number is an `integer` or a `fraction`. */
import { canonicalJson } from '../../../model/canonical.ts';
import { isObject } from '../../../model/json.ts';
import type { Conjunct } from './place.ts';

export type Kind = 'null' | 'boolean' | 'integer' | 'fraction' | 'string' | 'array' | 'object';

const KINDS: readonly Kind[] = [
  'null',
  'boolean',
  'integer',
  'fraction',
  'string',
  'array',
  'object',
];

export function kindsOfType(type: unknown): ReadonlySet<Kind> {
  const named = Array.isArray(type) ? type : [type];
  const found = KINDS.filter(
    (kind) =>
      named.includes(kind) ||
      (named.includes('number') && (kind === 'integer' || kind === 'fraction')),
  );
  return new Set(found.filter((kind) => kind !== 'fraction' || named.includes('number')));
}

export function kindOfValue(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

/** The kinds that all conjuncts allow. */
export function kindsOf(conjuncts: readonly Conjunct[]): Set<Kind> {
  let kinds = new Set<Kind>(KINDS);
  for (const { keywords } of conjuncts) {
    if (keywords['type'] === undefined) continue;
    const allowed = kindsOfType(keywords['type']);
    kinds = new Set([...kinds].filter((kind) => allowed.has(kind)));
  }
  const values = valuesOf(conjuncts, kinds);
  return values ? new Set(values.map(kindOfValue)) : kinds;
}

/** The only values that are allowed, when they are told one by one. */
export function valuesOf(
  conjuncts: readonly Conjunct[],
  kinds: ReadonlySet<Kind>,
): readonly unknown[] | undefined {
  let values: readonly unknown[] | undefined;
  for (const { keywords } of conjuncts) {
    const listed = listedValues(keywords);
    if (!listed) continue;
    const texts = new Set(listed.map(canonicalJson));
    values = (values ?? listed).filter((value) => texts.has(canonicalJson(value)));
  }
  if (values) return values.filter((value) => kinds.has(kindOfValue(value)));
  if (kinds.size === 0 || [...kinds].some((kind) => kind !== 'null' && kind !== 'boolean'))
    return undefined;
  return [...kinds].flatMap((kind) => (kind === 'null' ? [null] : [true, false]));
}

/** What `enum` and `const` of one object list. */
export function listedValues(keywords: Conjunct['keywords']): readonly unknown[] | undefined {
  const listed = Array.isArray(keywords['enum']) ? keywords['enum'] : undefined;
  if (!Object.hasOwn(keywords, 'const')) return listed;
  const only = keywords['const'];
  if (!listed) return [only];
  return listed.some((value) => canonicalJson(value) === canonicalJson(only)) ? [only] : [];
}

/** How a set of kinds is written in a sentence. */
export function kindsText(kinds: ReadonlySet<Kind>): string {
  if (kinds.size === KINDS.length) return 'anything';
  const names = KINDS.filter((kind) => kinds.has(kind) && kind !== 'fraction');
  return names
    .map((kind) => (kind === 'integer' && kinds.has('fraction') ? 'number' : kind))
    .concat(kinds.has('fraction') && !kinds.has('integer') ? ['fraction'] : [])
    .join(' or ');
}
