/**
 * The column index of a session: one row a message or other entry, in typed arrays, without bodies.
 *
 * It is what a page loads first, so that a million rows cost tens of megabytes and no parsing.
 * Rows are only ever appended: a response names the row of its request, never the other way round.
 *
 * On the wire a part is: u32 length of a JSON header (little endian), the header, padding to 8,
 * then each column of the part in the order of COLUMNS, each padded to 8.
 */
import type { Entry } from './entry.ts';
import type { Outcome } from './message.ts';
import type { Seen } from './session-machine.ts';
import { bytesOf, utf8 } from './text.ts';

/**
 * seq, item+1 (0: not in a batch), at (µs), wait (sent−at, µs), kind, from (0 client, 1 server),
 * method and subject (string numbers, 0: none), peer (row+1 of the request; 0: none), outcome,
 * size (UTF-16 units).
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
} as const;

type ColumnName = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

export const KINDS = [
  'request',
  'response',
  'notification',
  'invalid',
  'frame',
  'stderr',
  'exit',
  'gap',
  'note',
  'end',
  'session',
  'http',
  'unknown',
] as const;
export type RowKind = (typeof KINDS)[number];

const OUTCOMES = [undefined, 'result', 'tool-error', 'error'] as const satisfies readonly (
  | Outcome
  | undefined
)[];

export interface Row {
  readonly row: number;
  readonly seq: number;
  readonly item?: number;
  readonly at: number;
  readonly sent: number;
  readonly kind: RowKind;
  readonly from: 'client' | 'server';
  readonly method: string;
  readonly subject: string;
  /** The row of the request that this response, cancellation or progress belongs to. */
  readonly peer?: number;
  readonly outcome?: Outcome;
  readonly size: number;
}

export interface Columns {
  readonly strings: readonly string[];
  /** How many rows there are. */
  readonly length: number;
  row(index: number): Row;
}

export interface ColumnBuilder extends Columns {
  /** Appends the rows of an entry, as the session machine saw its messages. */
  append(entry: Entry, seen: readonly Seen[]): void;
  /** The rows and strings that a reader which has so many still lacks. */
  encode(fromRow: number, fromString: number): Uint8Array;
  /** Appends a part that another builder encoded. */
  decode(part: Uint8Array): void;
}

export function createColumns(): ColumnBuilder {
  const strings: string[] = [''];
  const numbers = new Map<string, number>([['', 0]]);
  const columns = Object.fromEntries(NAMES.map((name) => [name, [] as number[]])) as Record<
    ColumnName,
    number[]
  >;
  const rowOfRequest = new Map<string, number>();

  const intern = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, strings.length);
    return strings.push(text) - 1;
  };
  const push = (values: Record<ColumnName, number>): void => {
    for (const name of NAMES) columns[name].push(values[name]);
  };

  const builder: ColumnBuilder = {
    strings,
    get length() {
      return columns.seq.length;
    },
    row: (index) => rowAt(columns, strings, index),
    append(entry, seen) {
      if (seen.length === 0) push(otherRow(entry, intern));
      for (const one of seen) {
        const key = requestKey(one);
        if (one.kind === 'request') rowOfRequest.set(key, builder.length);
        push(messageRow(one, intern, one.kind === 'request' ? undefined : rowOfRequest.get(key)));
      }
    },
    encode: (fromRow, fromString) => encodePart(columns, strings.slice(fromString), fromRow),
    decode(part) {
      const { added, lengths } = decodePart(part);
      for (const text of added) {
        if (!numbers.has(text)) intern(text);
      }
      for (const name of NAMES) for (const value of lengths[name]) columns[name].push(value);
    },
  };
  return builder;
}

function requestKey({ call, ref }: Seen): string {
  const at = call?.request ?? ref;
  return `${at.seq}/${at.item ?? ''}`;
}

function messageRow(
  one: Seen,
  intern: (text: string) => number,
  peer: number | undefined,
): Record<ColumnName, number> {
  const { ref, kind, from, method, subject, call } = one;
  return {
    seq: ref.seq,
    item: ref.item === undefined ? 0 : ref.item + 1,
    at: ref.at,
    wait: Math.max(0, ref.sent - ref.at),
    kind: KINDS.indexOf(kind),
    from: from === 'client' ? 0 : 1,
    method: intern(method ?? ''),
    subject: intern(subject ?? ''),
    peer: peer === undefined ? 0 : peer + 1,
    outcome: kind === 'response' ? OUTCOMES.indexOf(call?.outcome) : 0,
    size: ref.size,
  };
}

function otherRow(entry: Entry, intern: (text: string) => number): Record<ColumnName, number> {
  const crossing = entry.type === 'frame' ? entry : undefined;
  const fromServer =
    entry.type === 'stderr' || entry.type === 'exit' || crossing?.from === 'server';
  return {
    seq: entry.seq,
    item: 0,
    at: entry.at,
    wait: Math.max(0, (crossing?.sent ?? entry.at) - entry.at),
    kind: Math.max(0, KINDS.indexOf(entry.type === 'message' ? 'invalid' : entry.type)),
    from: fromServer ? 1 : 0,
    method: intern(crossing?.why ?? ''),
    subject: 0,
    peer: 0,
    outcome: 0,
    size: 'text' in entry ? (entry.text?.length ?? 0) : 0,
  };
}

function rowAt(
  columns: Record<ColumnName, number[]>,
  strings: readonly string[],
  index: number,
): Row {
  const at = (name: ColumnName): number => columns[name][index] ?? 0;
  const outcome = OUTCOMES[at('outcome')];
  return {
    row: index,
    seq: at('seq'),
    ...(at('item') === 0 ? {} : { item: at('item') - 1 }),
    at: at('at'),
    sent: at('at') + at('wait'),
    kind: KINDS[at('kind')] ?? 'unknown',
    from: at('from') === 0 ? 'client' : 'server',
    method: strings[at('method')] ?? '',
    subject: strings[at('subject')] ?? '',
    ...(at('peer') === 0 ? {} : { peer: at('peer') - 1 }),
    ...(outcome ? { outcome } : {}),
    size: at('size'),
  };
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;

function encodePart(
  columns: Record<ColumnName, number[]>,
  strings: readonly string[],
  from: number,
): Uint8Array {
  const rows = columns.seq.length - from;
  const header = bytesOf(JSON.stringify({ rows, strings }));
  const arrays = NAMES.map((name) => COLUMNS[name].from(columns[name].slice(from)));
  const start = padded(4 + header.length);
  const part = new Uint8Array(arrays.reduce((sum, array) => sum + padded(array.byteLength), start));
  new DataView(part.buffer).setUint32(0, header.length, true);
  part.set(header, 4);
  let at = start;
  for (const array of arrays) {
    part.set(new Uint8Array(array.buffer), at);
    at += padded(array.byteLength);
  }
  return part;
}

function decodePart(part: Uint8Array): {
  added: readonly string[];
  lengths: Record<ColumnName, ArrayLike<number> & Iterable<number>>;
} {
  const length = new DataView(part.buffer, part.byteOffset).getUint32(0, true);
  const header = JSON.parse(utf8(part.subarray(4, 4 + length)) ?? '{}') as {
    rows: number;
    strings: string[];
  };
  let at = padded(4 + length);
  const lengths = {} as Record<ColumnName, ArrayLike<number> & Iterable<number>>;
  for (const name of NAMES) {
    const Column = COLUMNS[name];
    const size = header.rows * Column.BYTES_PER_ELEMENT;
    // A copy, since the part may not start at a multiple of the element's size.
    lengths[name] = new Column(part.slice(at, at + size).buffer);
    at += padded(size);
  }
  return { added: header.strings, lengths };
}
