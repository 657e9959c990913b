/** The latest values of texts: two generations, of which the older goes when the younger is full. */
export interface ValueCache {
  /** The value of a row; made by `make` where it is not at hand. */
  get(row: number, make: () => Sized): unknown;
  put(row: number, value: unknown, size: number): void;
}

interface Sized {
  readonly value: unknown;
  /** The length of the text that it was parsed from. */
  readonly size: number;
}

/** Characters of text whose values are kept in one generation; in memory they take several times that. */
const ROOM = 64 * 1024;

export function createValueCache(): ValueCache {
  let young = new Map<number, Sized>();
  let old = young;
  let held = 0;
  const put = (row: number, one: Sized): void => {
    young.set(row, one);
    held += one.size;
    if (held <= ROOM) return;
    old = young;
    young = new Map();
    held = 0;
  };
  return {
    put: (row, value, size) => put(row, { value, size }),
    get(row, make) {
      const known = young.get(row);
      if (known) return known.value;
      const one = old.get(row) ?? make();
      put(row, one);
      return one.value;
    },
  };
}
