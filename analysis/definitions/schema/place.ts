/**
 * Schemas in their document: references followed, `allOf` taken apart, what only explains left out.
 *
 * A schema is read as a list of conjuncts that must all hold. Only references into the same document
 * are followed (`#`, `#/…`); nothing is fetched. JSON Schema 2020-12 and draft-07.
 */
import { canonicalJson } from '../../../model/canonical.ts';
import { isObject, type JsonObject, member } from '../../../model/json.ts';

/** A schema, and the document that its references point into. */
export interface Placed {
  readonly schema: unknown;
  readonly root: unknown;
}

/** One object of keywords that must all hold, without `$ref`, `allOf` and explanations. */
export interface Conjunct {
  readonly keywords: JsonObject;
  readonly root: unknown;
}

export interface Conjuncts {
  readonly all: readonly Conjunct[];
  /** Nothing is allowed (`false`). */
  readonly never: boolean;
  /** A part cannot be read: a reference that leads elsewhere or in a circle, or no schema at all. */
  readonly unread: boolean;
}

/** Keywords that allow and refuse nothing. */
const EXPLAINS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
  '$comment',
  '$schema',
]);

/** Keywords that only name or hold schemas for others to refer to. */
const NAMES: ReadonlySet<string> = new Set(['$defs', 'definitions', '$id', '$anchor']);

/** Keywords that hold schemas: by name, in a list, one. */
export const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);
export const LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
export const SCHEMAS: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
]);

/** A schema without what only explains it, for comparing what it allows. */
export function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([name]) => !EXPLAINS.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, bareValue(name, value)]));
}

function bareValue(name: string, value: unknown): unknown {
  if (SCHEMAS.has(name)) return bare(value);
  if (LISTS.has(name)) return Array.isArray(value) ? value.map(bare) : value;
  if (!MAPS.has(name) || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bare(inner)]));
}

const texts = new WeakMap<object, string>();

/** The canonical text of a schema without explanations. */
export function bareText(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return canonicalJson(schema);
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const text = canonicalJson(bare(schema));
  texts.set(schema, text);
  return text;
}

/** Whether two values of one keyword say the same; a reference in them is of its own document. */
export function sameValue(a: unknown, aRoot: unknown, b: unknown, bRoot: unknown): boolean {
  const text = bareText(a);
  if (text !== bareText(b)) return false;
  return !/"\$(?:dynamicRef|recursiveRef|ref)"/.test(text) || bareText(aRoot) === bareText(bRoot);
}

/** References may multiply what is said (`allOf` of two that each refer to two, and so on). */
const MOST = 2000;
const DEEPEST = 64;

/** Takes schemas that must all hold apart. */
export function conjunctsOf(placed: readonly Placed[]): Conjuncts {
  const all: Conjunct[] = [];
  let never = false;
  let unread = false;
  let visits = 0;
  const visit = ({ schema, root }: Placed, through: readonly unknown[]): void => {
    if (schema === false) never = true;
    if (typeof schema === 'boolean') return;
    visits++;
    const isEndless = through.length > DEEPEST || visits > MOST || through.includes(schema);
    if (!isObject(schema) || isEndless) {
      unread = true;
      return;
    }
    const { inner, rest } = parts(schema, root);
    if (inner === undefined) unread = true;
    for (const one of inner ?? []) visit({ schema: one, root }, [...through, schema]);
    if (Object.keys(rest).length > 0) all.push({ keywords: rest, root });
  };
  for (const one of placed) visit(one, []);
  return { all, never, unread };
}

/** The schemas that must hold besides the keywords themselves; undefined when one cannot be read. */
function parts(
  schema: JsonObject,
  root: unknown,
): { inner: unknown[] | undefined; rest: JsonObject } {
  const { $ref, allOf, ...others } = schema;
  const inner: unknown[] = Array.isArray(allOf) ? [...allOf] : [];
  let readable = allOf === undefined || Array.isArray(allOf);
  if ($ref !== undefined) {
    const target = typeof $ref === 'string' ? targetOf($ref, root) : undefined;
    if (target === undefined) readable = false;
    else inner.push(target);
  }
  // In draft-07 nothing beside a reference counts.
  const alone = $ref !== undefined && isDraft7(root);
  const rest = alone
    ? {}
    : Object.fromEntries(
        Object.entries(others).filter(([name]) => !EXPLAINS.has(name) && !NAMES.has(name)),
      );
  return { inner: readable ? inner : undefined, rest };
}

/** Whether a schema has this keyword, and no other that allows or refuses anything. */
export function isOnly(schema: JsonObject, keyword: string): boolean {
  return Object.keys(schema).every(
    (name) => name === keyword || EXPLAINS.has(name) || NAMES.has(name),
  );
}

/** The schema that a mere reference leads to; any other as it is. */
export function followed(placed: Placed): Placed {
  let { schema } = placed;
  for (
    let hops = 0;
    hops < DEEPEST && isObject(schema) && typeof schema['$ref'] === 'string';
    hops++
  ) {
    const target = isOnly(schema, '$ref') ? targetOf(schema['$ref'], placed.root) : undefined;
    if (target === undefined) break;
    schema = target;
  }
  return { schema, root: placed.root };
}

function isDraft7(root: unknown): boolean {
  const dialect = member(root, '$schema');
  return typeof dialect === 'string' && /draft-0[3-7]/.test(dialect);
}

/** What a reference leads to; undefined when that is not in the document, or not sure. */
export function targetOf(ref: string, root: unknown): unknown {
  if (hasResources(root)) return undefined;
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let at: unknown = root;
  for (const part of ref.slice(2).split('/')) {
    const key = unescaped(part);
    const next = Array.isArray(at) && /^\d+$/.test(key) ? at[Number(key)] : member(at, key);
    if (next === undefined) return undefined;
    at = next;
  }
  return at;
}

const resources = new WeakMap<object, boolean>();

/** Whether a document holds others: below an `$id` the same reference means something else. */
function hasResources(root: unknown): boolean {
  if (typeof root !== 'object' || root === null) return false;
  const known = resources.get(root);
  if (known !== undefined) return known;
  const found = Object.values(root).some(hasId);
  resources.set(root, found);
  return found;
}

function hasId(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof member(value, '$id') === 'string' || Object.values(value).some(hasId);
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return part;
  }
}

const IN_PLACE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else'] as const;

/** The members that a schema names, wherever it speaks of the same object; whether others are free. */
export function namedMembers(placed: Placed): {
  readonly names: ReadonlySet<string>;
  readonly isOpen: boolean;
} {
  const names = new Set<string>();
  let speaks = false;
  let isOpen = false;
  for (const { properties, patternProperties, additionalProperties: others } of inPlace(placed)) {
    if (isObject(properties)) {
      speaks = true;
      for (const name of Object.keys(properties)) names.add(name);
    }
    if (isObject(patternProperties) || (others !== undefined && others !== false)) isOpen = true;
  }
  return { names, isOpen: isOpen || !speaks };
}

/** All schemas that speak of the same value, alternatives and conditions among them. */
export function inPlace({ schema, root }: Placed): JsonObject[] {
  // A set is gone through in the order in which it grows.
  const found = new Set<unknown>([schema]);
  for (const one of found) {
    if (!isObject(one)) continue;
    const { $ref, dependentSchemas: dependent } = one;
    const beside = IN_PLACE.flatMap((keyword) => one[keyword]);
    const target = typeof $ref === 'string' ? targetOf($ref, root) : undefined;
    for (const inner of [
      target,
      ...beside,
      ...(isObject(dependent) ? Object.values(dependent) : []),
    ])
      found.add(inner);
  }
  return [...found].filter(isObject);
}
