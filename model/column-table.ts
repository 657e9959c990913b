/**
 * The cells of the column index: growing typed arrays, and the form in which they cross the wire.
 *
 * A part is: u32 length of a JSON header (little endian), the header, padding to 8, then the cells
 * of each column in the order of COLUMNS, each column padded to 8. A part is read as what a hostile
 * peer may have sent: one whose lengths do not add up is none.
 */
import { isCount, isObject, member, parseJson } from './json.ts';
import { bytesOf, utf8 } from './text.ts';

/**
 * seq, item+1 (0: not in a batch), at (µs), wait (sent−at, µs), kind, from (0 client, 1 server),
 * method and subject (string numbers, 0: none), peer (row+1 of the request, 0: none; of a request the
 * string number of its turn), outcome,
 * size (UTF-16 units), id of a request (0: none; number+1 for a whole number below 2³¹−1; else
 * 2³¹ + the string number of its JSON text), caller (string number; 0: none).
 */
const COLUMNS = {
  seq: Uint32Array,
  item: Uint32Array,
  at: Float64Array,
  wait: Uint32Array,
  kind: Uint8Array,
  from: Uint8Array,
  method: Uint32Array,
  subject: Uint32Array,
  peer: Uint32Array,
  outcome: Uint8Array,
  size: Uint32Array,
  id: Uint32Array,
  caller: Uint32Array,
} as const;

export type ColumnName = keyof typeof COLUMNS;
export type Cells = Readonly<Record<ColumnName, number>>;
type Column = Uint32Array | Float64Array | Uint8Array;
type ColumnArrays = Readonly<Record<ColumnName, Column>>;

const NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

export const NO_CELLS = Object.fromEntries(NAMES.map((name) => [name, 0])) as Cells;

export interface Table {
  readonly length: number;
  push(cells: Cells): void;
  /** The cell of a row; 0 beyond the last. */
  at(name: ColumnName, row: number): number;
  /** The cells of a column from a row on; they change when rows are added. */
  from(name: ColumnName, row: number): Column;
  append(columns: ColumnArrays, rows: number): void;
}

export function createTable(): Table {
  let columns = columnsOf((name) => new COLUMNS[name](16));
  let length = 0;

  const makeRoom = (rows: number): void => {
    const room = columns.seq.length;
    if (rows <= room) return;
    columns = columnsOf((name) => {
      const larger = new COLUMNS[name](Math.max(rows, 2 * room));
      larger.set(columns[name].subarray(0, length));
      return larger;
    });
  };

  return {
    get length() {
      return length;
    },
    push(cells) {
      makeRoom(length + 1);
      for (const name of NAMES) columns[name][length] = cells[name];
      length++;
    },
    at: (name, row) => (row < length ? (columns[name][row] ?? 0) : 0),
    from: (name, row) => columns[name].subarray(row, length),
    append(added, rows) {
      makeRoom(length + rows);
      for (const name of NAMES) columns[name].set(added[name], length);
      length += rows;
    },
  };
}

function columnsOf(column: (name: ColumnName) => Column): ColumnArrays {
  return Object.fromEntries(NAMES.map((name) => [name, column(name)])) as unknown as ColumnArrays;
}

/** How many rows and strings the reader of a part has already, and the strings that follow. */
export interface PartHeader {
  readonly have: { readonly rows: number; readonly strings: number };
  readonly strings: readonly string[];
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;

export function encodePart({ have, strings }: PartHeader, table: Table): Uint8Array {
  const arrays = NAMES.map((name) => table.from(name, have.rows));
  const rows = arrays[0]?.length ?? 0;
  const header = bytesOf(JSON.stringify({ rows, have, strings }));
  const start = padded(4 + header.length);
  const size = arrays.reduce((sum, { byteLength }) => sum + padded(byteLength), start);
  const part = new Uint8Array(size);
  new DataView(part.buffer).setUint32(0, header.length, true);
  part.set(header, 4);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    part.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += padded(byteLength);
  }
  return part;
}

interface Part {
  readonly header: PartHeader & { readonly rows: number };
  readonly columns: ColumnArrays;
}

/** The part that the bytes are, or undefined when they are none. */
export function decodePart(part: Uint8Array): Part | undefined {
  if (part.length < 4) return undefined;
  const length = new DataView(part.buffer, part.byteOffset).getUint32(0, true);
  const header = readHeader(part.subarray(4, 4 + length));
  if (!header) return undefined;
  const start = padded(4 + length);
  const sizes = NAMES.map((name) => header.rows * COLUMNS[name].BYTES_PER_ELEMENT);
  if (sizes.reduce((sum, size) => sum + padded(size), start) !== part.length) return undefined;
  let at = start;
  const columns = columnsOf((name) => {
    const size = header.rows * COLUMNS[name].BYTES_PER_ELEMENT;
    // A copy, since the part may not start at a multiple of the element's size.
    const column = new COLUMNS[name](part.slice(at, at + size).buffer);
    at += padded(size);
    return column;
  });
  return { header, columns };
}

function readHeader(bytes: Uint8Array): Part['header'] | undefined {
  const parsed = parseJson(utf8(bytes) ?? '');
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { rows, strings } = parsed.value;
  const have = {
    rows: member(parsed.value, 'have', 'rows'),
    strings: member(parsed.value, 'have', 'strings'),
  };
  if (!isCount(rows) || !isCount(have.rows) || !isCount(have.strings)) return undefined;
  if (!Array.isArray(strings) || !strings.every((text) => typeof text === 'string'))
    return undefined;
  return { rows, have: { rows: have.rows, strings: have.strings }, strings };
}
