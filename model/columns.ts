/**
 * The column index of a session: one row a message or other entry, in typed arrays, without bodies.
 *
 * It is what a page loads first, so that a million rows cost forty megabytes and no parsing. Rows
 * are only ever appended: a response names the row of its request, never the other way round.
 */
import {
  type Cells,
  type ColumnName,
  createTable,
  decodePart,
  encodePart,
  NO_CELLS,
  type Table,
} from './column-table.ts';
import type { Entry } from './entry.ts';
import { howEnded } from './exchanges.ts';
import { isCount } from './json.ts';
import type { Id, Outcome } from './message.ts';
import type { Call, CallState, Seen } from './session.ts';

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

/** What an exchange that ended left of a call without answer; `open`: it may yet be answered elsewhere. */
export type Left = Extract<CallState, 'open' | 'failed' | 'cancelled' | 'abandoned'>;

const OUTCOMES = [
  undefined,
  'result',
  'tool-error',
  'error',
  'open',
  'failed',
  'cancelled',
  'abandoned',
] as const satisfies readonly (Outcome | Left | undefined)[];

export interface Row {
  readonly row: number;
  readonly seq: number;
  readonly item?: number;
  readonly at: number;
  readonly sent: number;
  readonly kind: RowKind;
  readonly from: 'client' | 'server';
  readonly method: string;
  /** Of the end of an exchange: how it ended, in words. */
  readonly subject: string;
  /** The row of the request that this response, cancellation, progress or end of an exchange belongs to. */
  readonly peer?: number;
  /** Of a request: the turn that its host says it belongs to. */
  readonly turn?: string;
  /** Of a request: the span that its caller was in, 16 hex digits. */
  readonly caller?: string;
  readonly outcome?: Outcome | Left;
  readonly size: number;
  /** Of a request, as JSON text: `19`, `"19"`. */
  readonly id?: string;
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
  /**
   * Appends a part that another builder encoded for what this one has; says false, and appends
   * nothing, when the part is for a reader that has more or less, or is none.
   */
  decode(part: Uint8Array): boolean;
}

export function createColumns(): ColumnBuilder {
  const strings: string[] = [''];
  const numbers = new Map<string, number>([['', 0]]);
  const rowOfCall = new Map<Call, number>();
  const table = createTable();

  const intern = (text: string | undefined): number => {
    if (text === undefined) return 0;
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, strings.length);
    return strings.push(text) - 1;
  };

  const appendSeen = (seen: Seen): void => {
    const { kind, call, method } = seen;
    const end = kind === 'http' ? call?.exchangeEnd : undefined;
    const subject = end ? howEnded(end) : seen.subject;
    const request = call && kind !== 'request' ? rowOfCall.get(call) : undefined;
    if (call && kind === 'request') rowOfCall.set(call, table.length);
    table.push({
      ...messageCells(seen),
      method: intern(method),
      subject: intern(subject),
      peer: kind === 'request' ? intern(call?.turn) : request === undefined ? 0 : request + 1,
      caller: kind === 'request' ? intern(call?.caller) : 0,
      id: call && kind === 'request' ? idCell(call.id, intern) : 0,
    });
  };

  return {
    strings,
    get length() {
      return table.length;
    },
    row: (index) => rowAt(table, strings, index),
    append(entry, seen) {
      if (seen.length === 0) table.push({ ...entryCells(entry), method: intern(reasonOf(entry)) });
      else for (const one of seen) appendSeen(one);
    },
    encode: (fromRow, fromString) => {
      const have = { rows: fromRow, strings: fromString };
      return encodePart({ have, strings: strings.slice(fromString) }, table);
    },
    decode(part) {
      const read = decodePart(part);
      if (!read) return false;
      const { header, columns } = read;
      if (header.have.rows !== table.length || header.have.strings !== strings.length) return false;
      // Numbers refer to places in the list, so a text stands there even if it is known already.
      for (const text of header.strings) numbers.set(text, strings.push(text) - 1);
      table.append(columns, header.rows);
      return true;
    },
  };
}

const HIGHEST = 0xffff_ffff;
/** From here on an id is the number of a string. */
const ID_TEXTS = 0x8000_0000;

/** Ids mostly count up, so that each as a text of its own would make the strings grow with the rows. */
function idCell(id: Id, intern: (text: string) => number): number {
  const isSmall = typeof id === 'number' && isCount(id) && !Object.is(id, -0) && id < ID_TEXTS - 1;
  return isSmall ? id + 1 : ID_TEXTS + intern(JSON.stringify(id));
}

function idText(cell: number, strings: readonly string[]): string | undefined {
  if (cell === 0) return undefined;
  return cell < ID_TEXTS ? String(cell - 1) : strings[cell - ID_TEXTS];
}

/** Times of passing on that are absent, early or over an hour late show as what a column can hold. */
function waitOf(at: number, sent: number | undefined): number {
  return Math.min(HIGHEST, Math.max(0, (sent ?? at) - at));
}

function messageCells({ ref, kind, from, call }: Seen): Cells {
  return {
    ...NO_CELLS,
    seq: ref.seq,
    item: ref.item === undefined ? 0 : ref.item + 1,
    at: ref.at,
    wait: waitOf(ref.at, ref.sent),
    kind: KINDS.indexOf(kind),
    from: from === 'client' ? 0 : 1,
    outcome: outcomeCell(kind, call),
    size: ref.size,
  };
}

function outcomeCell(kind: Seen['kind'], call: Call | undefined): number {
  if (kind === 'response') return OUTCOMES.indexOf(call?.outcome);
  return kind === 'http' ? Math.max(0, OUTCOMES.indexOf(call?.state as Left)) : 0;
}

function entryCells(entry: Entry): Cells {
  const { type, seq, at } = entry;
  const crossing = type === 'frame' ? entry : undefined;
  const isServer = type === 'stderr' || type === 'exit' || crossing?.from === 'server';
  return {
    ...NO_CELLS,
    seq,
    at,
    wait: waitOf(at, crossing?.sent),
    kind: KINDS.indexOf(type === 'message' ? 'invalid' : type),
    from: isServer ? 1 : 0,
    size: 'text' in entry ? (entry.text?.length ?? 0) : 0,
  };
}

function reasonOf(entry: Entry): string | undefined {
  return entry.type === 'frame' ? entry.why : undefined;
}

/** One column for two things, since a request answers nobody. */
function peerOf(
  kind: RowKind | undefined,
  cell: number,
  strings: readonly string[],
): Pick<Row, 'peer' | 'turn'> | undefined {
  if (cell === 0) return undefined;
  return kind === 'request' ? { turn: strings[cell] ?? '' } : { peer: cell - 1 };
}

function rowAt(table: Table, strings: readonly string[], index: number): Row {
  const at = (name: ColumnName): number => table.at(name, index);
  const outcome = OUTCOMES[at('outcome')];
  const id = idText(at('id'), strings);
  return {
    row: index,
    seq: at('seq'),
    ...(at('item') === 0 ? undefined : { item: at('item') - 1 }),
    at: at('at'),
    sent: at('at') + at('wait'),
    kind: KINDS[at('kind')] ?? 'unknown',
    from: at('from') === 0 ? 'client' : 'server',
    method: strings[at('method')] ?? '',
    subject: strings[at('subject')] ?? '',
    ...peerOf(KINDS[at('kind')], at('peer'), strings),
    ...(at('caller') === 0 ? undefined : { caller: strings[at('caller')] ?? '' }),
    ...(outcome ? { outcome } : undefined),
    size: at('size'),
    ...(id === undefined ? undefined : { id }),
  };
}
