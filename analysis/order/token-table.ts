/**
 * What is known of each of very many tokens, by the hash of the token: who said it first. Plain
 * numbers in columns, so that a million of them cost some fifty megabytes, and their texts nothing.
 */

export interface TokenTable {
  /** The row of a token; makes one where there is none, unless the table is full. */
  add(hash: number): void;
  /** The row of a token, or -1. */
  find(hash: number): number;
  readonly rows: Rows;
}

/** Columns by row. Times are of one common clock; Infinity: never. */
export interface Rows {
  /** When a client first said it. */
  said: Float64Array;
  /** When a server first gave it, and in which of its messages. */
  told: Float64Array;
  teller: Uint32Array;
  /** The earliest that another message of a server which gives it may have been made. */
  other: Float64Array;
}

/** More tokens are not followed: whoever sends so many different ones has no use for it. */
const MOST = 1 << 22;

export function createTokenTable(): TokenTable {
  let count = 0;
  let hashes = new Float64Array(1024);
  let rows = emptyRows(1024);
  /** Row + 1 by place; 0 is free. At most half of the places are taken. */
  let places = new Uint32Array(2048);

  const placeOf = (hash: number): number => {
    const mask = places.length - 1;
    let at = hash & mask;
    for (let row = places[at]; row !== 0 && row !== undefined; row = places[at]) {
      if (hashes[row - 1] === hash) break;
      at = (at + 1) & mask;
    }
    return at;
  };
  const grow = (): void => {
    hashes = longer(hashes, new Float64Array(2 * count));
    rows = grown(rows, 2 * count);
    places = new Uint32Array(4 * count);
    for (let row = 0; row < count; row++) places[placeOf(hashes[row] ?? 0)] = row + 1;
  };
  return {
    get rows() {
      return rows;
    },
    find: (hash) => (places[placeOf(hash)] ?? 0) - 1,
    add(hash) {
      let at = placeOf(hash);
      if (places[at] !== 0 || count === MOST) return;
      if (count === hashes.length) {
        grow();
        at = placeOf(hash);
      }
      hashes[count] = hash;
      places[at] = ++count;
    },
  };
}

function emptyRows(length: number): Rows {
  return {
    said: new Float64Array(length).fill(Number.POSITIVE_INFINITY),
    told: new Float64Array(length).fill(Number.POSITIVE_INFINITY),
    teller: new Uint32Array(length),
    other: new Float64Array(length).fill(Number.POSITIVE_INFINITY),
  };
}

function grown(rows: Rows, length: number): Rows {
  const next = emptyRows(length);
  next.said.set(rows.said);
  next.told.set(rows.told);
  next.teller.set(rows.teller);
  next.other.set(rows.other);
  return next;
}

function longer(before: Float64Array, after: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  after.set(before);
  return after;
}
