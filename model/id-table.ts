/**
 * What is kept under ids. Nearly all of them are numbers that count up one by one, and those are a list:
 * it takes a fifth of the memory of a table, and nothing is sought in it. All others are in a table.
 */
export interface IdTable<K, V> {
  get(id: K): V | undefined;
  set(id: K, value: V): void;
}

export function createIdTable<K, V>(): IdTable<K, V> {
  /** The values of `first`, the number after it, and so on. */
  const counted: V[] = [];
  let first = 0;
  const others = new Map<K, V>();
  /** Where a number would stand in the list; -1 for what counts nothing. */
  const placeOf = (id: K): number => {
    if (typeof id !== 'number') return -1;
    const place = id - first;
    return Number.isInteger(place) ? place : -1;
  };
  return {
    get(id) {
      const place = placeOf(id);
      return place >= 0 && place < counted.length ? counted[place] : others.get(id);
    },
    set(id, value) {
      if (counted.length === 0 && Number.isSafeInteger(id)) first = id as number;
      const place = placeOf(id);
      const isNext = place === counted.length && !others.has(id);
      if (isNext || (place >= 0 && place < counted.length)) counted[place] = value;
      else others.set(id, value);
    },
  };
}
