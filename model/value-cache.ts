/** The latest values of texts, each in a slot of its own; when they get too many, all are let go. */
export interface ValueCache {
  /** Whether the value of a row is at hand. */
  has(row: number): boolean;
  get(row: number): unknown;
  /** `size`: the length of the text that it was parsed from. */
  put(row: number, value: unknown, size: number): void;
}

/** Characters of text whose values are kept; in memory they take several times that. */
const ROOM = 128 * 1024;
/** So many values are kept, a power of two. */
const SLOTS = 1024;

export function createValueCache(): ValueCache {
  /** By slot: the row whose value it has, and the value. */
  let rows: number[] = [];
  let values: unknown[] = [];
  let held = 0;
  return {
    has: (row) => rows[row % SLOTS] === row,
    get: (row) => values[row % SLOTS],
    put(row, value, size) {
      held += size;
      if (held > ROOM) {
        rows = [];
        values = [];
        held = size;
      }
      rows[row % SLOTS] = row;
      values[row % SLOTS] = value;
    },
  };
}
