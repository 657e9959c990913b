/**
 * The latest values of texts, each in a slot of its own; when they get too large, all are let go. Few,
 * since what is asked for again is asked for soon, and to collect values that lived for a while costs
 * more than to parse their texts again.
 */
export interface ValueCache {
  /** Whether the value of a row is at hand. */
  has(row: number): boolean;
  get(row: number): unknown;
  /** `size`: the length of the text that it was parsed from. */
  put(row: number, value: unknown, size: number): void;
}

/** Characters of text whose values are kept; in memory they take several times that. */
const ROOM = 64 * 1024;
/** So many values are kept, a power of two. */
const SLOTS = 64;

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
