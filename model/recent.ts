/** What may be asked for again, as long as it is among the newest so many: sessions go on for days. */
export interface Recent<K, V> {
  get(key: K): V | undefined;
  /** A key that is there becomes the newest. */
  set(key: K, value: V): void;
}

/** `forgotten`: told of what gave way. */
export function createRecent<K, V>(
  most: number,
  forgotten: (key: K, value: V) => void = () => {},
): Recent<K, V> {
  const known = new Map<K, V>();
  return {
    get: (key) => known.get(key),
    set(key, value) {
      known.delete(key);
      known.set(key, value);
      if (known.size <= most) return;
      for (const [oldest, its] of known) {
        known.delete(oldest);
        return forgotten(oldest, its);
      }
    },
  };
}
