/** The values without members of a message, with their places, JSON inside texts included. */
import { isObject } from '../../model/json.ts';
import { container } from './difference.ts';

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
