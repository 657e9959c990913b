/** What a rule remembers of a session: bounded, since a hostile peer can name a million ids. */

/** So much is remembered by one rule of one session. */
export const REMEMBERED = 100_000;

export interface Memory<K, V> {
  get(key: K): V | undefined;
  has(key: K): boolean;
  /** Where there is no room the older half is forgotten: one by one would be a search each time. */
  set(key: K, value: V): void;
  delete(key: K): void;
  clear(): void;
  values(): Iterable<V>;
  readonly size: number;
  /** Something was forgotten, so that what is not here may yet have been. */
  readonly hasForgotten: boolean;
}

export function createMemory<K, V>(room = REMEMBERED): Memory<K, V> {
  let young = new Map<K, V>();
  let old = new Map<K, V>();
  let hasForgotten = false;
  return {
    get(key) {
      const known = young.get(key);
      return known === undefined && old.size > 0 ? old.get(key) : known;
    },
    has: (key) => young.has(key) || old.has(key),
    set(key, value) {
      if (old.size > 0) old.delete(key);
      young.set(key, value);
      if (young.size <= room / 2) return;
      hasForgotten ||= old.size > 0;
      old = young;
      young = new Map();
    },
    delete(key) {
      if (young.size > 0) young.delete(key);
      if (old.size > 0) old.delete(key);
    },
    clear() {
      young.clear();
      old.clear();
    },
    *values() {
      yield* old.values();
      yield* young.values();
    },
    get size() {
      return young.size + old.size;
    },
    get hasForgotten() {
      return hasForgotten;
    },
  };
}
