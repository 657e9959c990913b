/** A column of numbers that grows: four or eight bytes each, where a list takes eight and more. */
export interface Numbers {
  /** Adds a number; how many there are then. */
  push(value: number): number;
  /** The number of a row; 0 beyond the last. */
  at(row: number): number;
}

type Cells = Uint8Array | Uint32Array | Float64Array;

export function createNumbers(make: new (length: number) => Cells): Numbers {
  let cells = new make(16);
  let length = 0;
  return {
    push(value) {
      if (length === cells.length) {
        const larger = new make(length + (length >> 1));
        larger.set(cells);
        cells = larger;
      }
      cells[length] = value;
      length += 1;
      return length;
    },
    at: (row) => cells[row] ?? 0,
  };
}
