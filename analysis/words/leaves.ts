/** The values without members of a message, with their places, JSON inside texts included. */
import { isObject, parseJson } from '../../model/json.ts';

export interface Leaf {
  readonly path: readonly (string | number)[];
  /** The name of the member it is the value of, or of the list it is in. */
  readonly name: string;
  readonly value: string | number;
  /** It stands in JSON inside the text at the path. */
  readonly isInside: boolean;
}

/** All texts and numbers of a value, depth first. */
export function leavesOf(value: unknown): Leaf[] {
  const found: Leaf[] = [];
  walk(found, value, [], '', false);
  return found;
}

/** Part by part: an object for each place would cost several times as much. */
function walk(
  found: Leaf[],
  value: unknown,
  path: Leaf['path'],
  name: string,
  isInside: boolean,
): void {
  if (typeof value === 'string' || typeof value === 'number') {
    found.push({ path, name, value, isInside });
    const inside = isInside ? undefined : container(value);
    if (inside) walk(found, inside, path, name, true);
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      walk(found, item, isInside ? path : [...path, at], name, isInside);
    }
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      walk(found, value[key], isInside ? path : [...path, key], key, isInside);
    }
  }
}

/** The same without their places, for those who look at very many; JSON inside a text stands for it. */
export function eachLeaf(value: unknown, see: See, name = '', isInside = false): void {
  if (typeof value === 'number') see(name, value);
  else if (typeof value === 'string') {
    const inside = isInside ? undefined : container(value);
    if (inside) eachLeaf(inside, see, name, true);
    else see(name, value);
  } else if (Array.isArray(value)) {
    for (const item of value) eachLeaf(item, see, name, isInside);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) eachLeaf(value[key], see, key, isInside);
  }
}

export type See = (name: string, value: string | number) => void;

/** The object or list that a text is the JSON of. */
export function container(text: unknown): object | undefined {
  if (typeof text !== 'string' || !/^\s{0,100}[[{]/.test(text)) return undefined;
  const parsed = parseJson(text);
  return parsed.ok && typeof parsed.value === 'object' ? (parsed.value ?? undefined) : undefined;
}
