/** Which members a schema names, wherever it does: another that it never names is new to it. */
import { isObject, type JsonObject } from '../../../model/json.ts';
import { inPlace, namedMembers, type Placed, targetOf } from './place.ts';

export interface Naming {
  /** Whether below this place a schema says only a part of what its document says of the same value. */
  readonly isUnclear: boolean;
  has(name: string): boolean;
}

/** With one of these, one object says not all that holds of a value, or names members in other words. */
const DIVIDES = [
  ...['anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'enum', 'const', 'patternProperties'],
  ...['dependentSchemas', 'dependentRequired', 'dependencies', 'propertyNames'],
  ...['prefixItems', 'contains', 'unevaluatedProperties', 'unevaluatedItems'],
] as const;

/**
 * What is named at a place, of which `above` holds further up. Where the document divides what it
 * says, every text in it counts as a name, and where a part of it cannot be read, every name does.
 */
export function namingOf(placed: readonly Placed[], above: Naming): Naming {
  const parts = placed.flatMap((one) => inPlace(one).map((schema) => ({ schema, root: one.root })));
  if (parts.some(isUnread)) return { isUnclear: true, has: () => true };
  const isUnclear =
    above.isUnclear || parts.some(({ schema }) => DIVIDES.some((keyword) => keyword in schema));
  if (isUnclear) {
    const all = placed.map(({ root }) => textsIn(root));
    return { isUnclear, has: (name) => above.has(name) || all.some((texts) => texts.has(name)) };
  }
  const names = new Set<unknown>(placed.flatMap((one) => [...namedMembers(one).names]));
  for (const { schema } of parts) for (const name of neededIn(schema)) names.add(name);
  return { isUnclear, has: (name) => names.has(name) };
}

function neededIn({ required }: JsonObject): unknown[] {
  return Array.isArray(required) ? required : [];
}

function isUnread({ schema, root }: { schema: JsonObject; root: unknown }): boolean {
  const { $ref, $dynamicRef, $recursiveRef } = schema;
  if ($dynamicRef !== undefined || $recursiveRef !== undefined) return true;
  return $ref !== undefined && (typeof $ref !== 'string' || targetOf($ref, root) === undefined);
}

const texts = new WeakMap<object, ReadonlySet<string>>();

/** Every text and every name of a member in a document. */
function textsIn(root: unknown): ReadonlySet<string> {
  if (typeof root !== 'object' || root === null) return new Set();
  const known = texts.get(root);
  if (known) return known;
  const found = new Set<string>();
  const add = (value: unknown): void => {
    if (typeof value === 'string') found.add(value);
    if (typeof value !== 'object' || value === null) return;
    if (isObject(value)) for (const name of Object.keys(value)) found.add(name);
    for (const inner of Object.values(value)) add(inner);
  };
  add(root);
  texts.set(root, found);
  return found;
}
