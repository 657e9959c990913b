/**
 * Lists that are alike, held once: a run has few resources and each a hundred thousand times. What is
 * held is let go when it gets too much, so that a run of ever new resources costs no more.
 */
import type { Access } from './access.ts';
import type { Key } from './keys.ts';

export interface Pool {
  accesses(list: readonly Access[]): readonly Access[];
  keys(list: readonly Key[]): readonly Key[];
}

export function createPool(): Pool {
  return {
    accesses: pooled(({ resource }) => resource, isSameAccess),
    keys: pooled(({ value }) => value, isSameKey),
  };
}

const MOST = 20_000;
/** So many lists that begin with one resource are told apart: it is read, listed, changed. */
const ALIKE = 16;
const NONE: readonly never[] = [];

function pooled<T>(
  nameOf: (one: T) => string,
  isSame: (one: T, other: T) => boolean,
): (list: readonly T[]) => readonly T[] {
  const byFirst = new Map<string, (readonly T[])[]>();
  return (list) => {
    const [first] = list;
    if (first === undefined) return NONE;
    const name = nameOf(first);
    const alike = byFirst.get(name) ?? [];
    for (const known of alike) if (isSameList(known, list, isSame)) return known;
    if (alike.length === 0) {
      if (byFirst.size === MOST) byFirst.clear();
      byFirst.set(name, alike);
    }
    if (alike.length < ALIKE) alike.push(list);
    return list;
  };
}

function isSameList<T>(
  one: readonly T[],
  other: readonly T[],
  isSame: (one: T, other: T) => boolean,
): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) {
    if (!isSame(one[at] as T, other[at] as T)) return false;
  }
  return true;
}

function isSameAccess(one: Access, other: Access): boolean {
  return (
    one.kind === other.kind &&
    one.ordered === other.ordered &&
    one.provenance === other.provenance &&
    one.confidence === other.confidence &&
    one.resource === other.resource
  );
}

function isSameKey(one: Key, other: Key): boolean {
  return one.value === other.value && one.argument === other.argument;
}
