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
  walk(found, value, { path: [], name: '', isInside: false });
  return found;
}

type Place = Omit<Leaf, 'value'>;

function walk(found: Leaf[], value: unknown, place: Place): void {
  const below = (step: string | number): Place['path'] =>
    place.isInside ? place.path : [...place.path, step];
  if (typeof value === 'string' || typeof value === 'number') {
    found.push({ ...place, value });
    const inside = place.isInside ? undefined : container(value);
    if (inside) walk(found, inside, { ...place, isInside: true });
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) walk(found, item, { ...place, path: below(at) });
  } else if (isObject(value)) {
    for (const [name, own] of Object.entries(value)) {
      walk(found, own, { ...place, path: below(name), name });
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
