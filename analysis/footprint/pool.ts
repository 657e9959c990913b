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
    accesses: pooled(accessText),
    keys: pooled(({ argument, value }) => `${argument} ${value}`),
  };
}

const MOST = 20_000;
const NONE: readonly never[] = [];

function pooled<T>(textOf: (one: T) => string): (list: readonly T[]) => readonly T[] {
  const lists = new Map<string, readonly T[]>();
  return (list) => {
    if (list.length === 0) return NONE;
    const [first, ...more] = list as [T, ...T[]];
    let text = textOf(first);
    for (const one of more) text += `\n${textOf(one)}`;
    const known = lists.get(text);
    if (known) return known;
    if (lists.size === MOST) lists.clear();
    lists.set(text, list);
    return list;
  };
}

function accessText({ kind, ordered, provenance, confidence, resource }: Access): string {
  return `${kind}${ordered ? '+' : ''} ${provenance} ${confidence} ${resource}`;
}
