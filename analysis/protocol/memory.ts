/** What a rule remembers of a session: bounded, since a hostile peer can name a million ids. */

/** So much is remembered by one rule of one session. */
export const REMEMBERED = 100_000;

export interface Memory<K, V> {
  get(key: K): V | undefined;
  has(key: K): boolean;
  /** The oldest is forgotten where there is no room. */
  set(key: K, value: V): void;
  delete(key: K): void;
  clear(): void;
  values(): Iterable<V>;
  readonly size: number;
  /** Something was forgotten, so that what is not here may yet have been. */
  readonly hasForgotten: boolean;
}

export function createMemory<K, V>(room = REMEMBERED): Memory<K, V> {
  const kept = new Map<K, V>();
  let hasForgotten = false;
  return {
    get: (key) => kept.get(key),
    has: (key) => kept.has(key),
    set(key, value) {
      kept.delete(key);
      kept.set(key, value);
      if (kept.size <= room) return;
      hasForgotten = true;
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    },
    delete: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    values: () => kept.values(),
    get size() {
      return kept.size;
    },
    get hasForgotten() {
      return hasForgotten;
    },
  };
}
