/**
 * What is kept under ids. Nearly all of them are numbers that count up one by one, and those are a list:
 * it takes a fifth of the memory of a table, and nothing is sought in it. All others are in a table.
 */
export interface IdTable<K, V> {
  get(id: K): V | undefined;
  set(id: K, value: V): void;
  delete(id: K): void;
}

/** So many places at the front of the list stay empty before they are dropped together. */
const EMPTY = 64;

export function createIdTable<K, V>(): IdTable<K, V> {
  /** The values of `first`, the number after it, and so on; nothing where one was deleted. */
  const counted: (V | undefined)[] = [];
  let first = 0;
  /** How many places at the front hold nothing. */
  let empty = 0;
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
      if (isNext || (place >= 0 && place < counted.length)) {
        counted[place] = value;
        empty = Math.min(empty, place);
      } else others.set(id, value);
    },
    delete(id) {
      const place = placeOf(id);
      if (place < 0 || place >= counted.length) others.delete(id);
      else counted[place] = undefined;
      while (empty < counted.length && counted[empty] === undefined) empty++;
      if (empty <= EMPTY || 2 * empty < counted.length) return;
      counted.splice(0, empty);
      first += empty;
      empty = 0;
    },
  };
}
