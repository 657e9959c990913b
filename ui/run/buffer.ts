/**
 * Everything the page knows of one run: the column index of each of its sessions, the calls they make,
 * and all rows in order of time. A plain buffer that only grows; the runes stand in run-data.svelte.ts.
 * It holds no bodies, and knows nothing of what is visible.
 */
import { type ColumnBuilder, createColumns, type Row } from '../../model/columns.ts';
import { parseReference, reference } from '../../model/entry.ts';
import { addTo } from '../../model/group.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { lowest } from '../timeline/hit.ts';
import {
  ABANDONED,
  type Bars,
  CANCELLED,
  CUT_OFF,
  createBars,
  FAILED,
  FROM_SERVER,
  OPEN,
  SET_UP,
} from './bars.ts';
import { createMergedRows, type MergedRows } from './merged-rows.ts';

/** Moments of the machine's monotonic clock, in µs; `to` is Infinity for a run that may go on. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Track {
  readonly summary: SessionSummary;
  readonly columns: ColumnBuilder;
  /** The start of the session, in µs since the run began; before it for a session that is older. */
  readonly offset: number;
}

interface OwnTrack extends Track {
  readonly number: number;
  summary: SessionSummary;
  /** How many rows were looked at. */
  taken: number;
  readonly barOfRow: Map<number, number>;
  /** Its end was seen. */
  isOver: boolean;
}

/** What is no call and must be seen all the same: a line that is no message, lost entries, the end of a process. */
export interface Mark {
  readonly kind: 'broken' | 'gap' | 'exit';
  readonly track: number;
  readonly row: number;
  /** In µs since the run began. */
  readonly time: number;
}

interface Found {
  readonly track: number;
  readonly row: Row;
  readonly time: number;
}

export class RunBuffer {
  readonly #span: Span;
  readonly #tracks: OwnTrack[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #bars = createBars();
  readonly #callers = new Map<string, number[]>();
  readonly #turns = new Map<string, number>();
  readonly #rows = createMergedRows();
  readonly #marks: Mark[] = [];
  #length = 0;

  constructor(span: Span) {
    this.#span = span;
  }

  get tracks(): readonly Track[] {
    return this.#tracks;
  }

  get bars(): Bars {
    return this.#bars;
  }

  get rows(): MergedRows {
    return this.#rows;
  }

  /** The calls that were made in a span of their caller, by its id. */
  get callers(): ReadonlyMap<string, readonly number[]> {
    return this.#callers;
  }

  /** As they arrived. */
  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** The time of the latest row, in µs since the run began. */
  get length(): number {
    return this.#length;
  }

  /** Brings the sessions up to date; new ones become tracks. */
  cover(sessions: readonly SessionSummary[]): void {
    for (const summary of sessions) {
      const known = this.#trackOf(summary.id);
      if (known) {
        known.summary = summary;
        continue;
      }
      const number = this.#tracks.length;
      const offset = summary.start - this.#span.from;
      this.#tracks.push({
        number,
        summary,
        offset,
        columns: createColumns(),
        taken: 0,
        barOfRow: new Map(),
        isOver: false,
      });
      this.#numbers.set(summary.id, number);
    }
  }

  /** Takes the next part of a session's index; false when it does not follow what is there. */
  take(session: string, part: Uint8Array): boolean {
    const track = this.#trackOf(session);
    if (!track?.columns.decode(part)) return false;
    for (; track.taken < track.columns.length; track.taken++)
      this.#takeRow(track, track.columns.row(track.taken));
    this.#rows.settle();
    this.#endOpenBars(track);
    return true;
  }

  /** The number of the track of a session. */
  track(session: string): number | undefined {
    return this.#numbers.get(session);
  }

  row(track: number, row: number): Row {
    return (this.#tracks[track]?.columns ?? createColumns()).row(row);
  }

  /** The bar whose request stands in this row of a track. */
  barAt(track: number, row: number): number | undefined {
    return this.#tracks[track]?.barOfRow.get(row);
  }

  /** The row that a message reference names. */
  find(message: string): Found | undefined {
    const place = parseReference(message);
    const track = this.#trackOf(place?.session ?? '');
    if (!place || !track) return undefined;
    const { columns, offset, number } = track;
    // Rows stand in the order of seq; those of a batch share one.
    const first = lowest(columns.length, (at) => columns.row(at).seq >= place.seq);
    for (let at = first; at < columns.length; at++) {
      const row = columns.row(at);
      if (row.seq !== place.seq) break;
      if (row.item === place.item) return { track: number, row, time: row.at + offset };
    }
    return undefined;
  }

  /** The bar that the message of a reference belongs to. */
  barOf(message: string): number | undefined {
    const found = this.find(message);
    return found && this.barAt(found.track, found.row.peer ?? found.row.row);
  }

  requestOf(bar: number): string {
    return this.messageAt(this.#bars.track[bar] ?? 0, this.#bars.request[bar] ?? 0);
  }

  /** The reference of the answer; of a call that was cut off, of what ended its exchange. */
  responseOf(bar: number): string | undefined {
    const response = this.#bars.response[bar] ?? 0;
    return response === 0 ? undefined : this.messageAt(this.#bars.track[bar] ?? 0, response - 1);
  }

  /** The reference of the message in a row. */
  messageAt(track: number, row: number): string {
    const { seq, item } = this.row(track, row);
    return reference(this.#tracks[track]?.summary.id ?? '', seq, item);
  }

  /** The same number for the same turn, whichever sessions its requests are in. */
  #turnOf({ turn }: Row): number {
    if (turn === undefined) return 0;
    const number = this.#turns.get(turn) ?? this.#turns.size + 1;
    this.#turns.set(turn, number);
    return number;
  }

  #trackOf(session: string): OwnTrack | undefined {
    return this.#tracks[this.#numbers.get(session) ?? -1];
  }

  #takeRow(track: OwnTrack, row: Row): void {
    const time = row.at + track.offset;
    const known = row.peer === undefined ? undefined : track.barOfRow.get(row.peer);
    // What belongs to a call of this run belongs to the run, even after its end.
    if (known === undefined && (time < 0 || time + this.#span.from >= this.#span.to)) return;
    if (known !== undefined) this.#applyToBar(known, row, time);
    else if (row.kind === 'request') {
      const turn = this.#turnOf(row);
      const bar = this.#bars.add(time, track.number, row.row, flagsOf(row), turn);
      track.barOfRow.set(row.row, bar);
      if (row.caller !== undefined) addTo(this.#callers, row.caller, bar);
    }
    const kind = markOf(row);
    if (kind) this.#marks.push({ kind, track: track.number, row: row.row, time });
    if (row.kind !== 'end' || this.#isWaitedFor(track)) {
      this.#length = Math.max(this.#length, time);
    }
    this.#rows.add(track.number, row.row, time);
  }

  /** That a session is over may be noticed long after the last thing happened in it; a call that waited till then counts. */
  #isWaitedFor(track: OwnTrack): boolean {
    if (track.isOver) return false;
    track.isOver = true;
    const { flags } = this.#bars;
    for (const bar of track.barOfRow.values())
      if (((flags[bar] ?? 0) & (OPEN | CUT_OFF)) === OPEN) return true;
    return false;
  }

  #applyToBar(bar: number, row: Row, time: number): void {
    const bars = this.#bars;
    const answered = (bars.response[bar] ?? 0) !== 0 && ((bars.flags[bar] ?? 0) & CUT_OFF) === 0;
    if (row.kind === 'response') {
      const failed = row.outcome === 'error' || row.outcome === 'tool-error';
      if (!answered) bars.settle(bar, time, failed ? FAILED : 0, row.row);
    } else if (row.kind === 'http' && !answered) this.#cutOff(bar, row, time);
    else if (row.method === 'notifications/cancelled') bars.mark(bar, CANCELLED);
  }

  /** The exchange of a call ended without its answer. */
  #cutOff(bar: number, { outcome, from, row }: Row, time: number): void {
    // Until the session ends another stream may bring what this one did not.
    if (outcome === 'open')
      this.#bars.leave(bar, time, from === 'client' ? CANCELLED : FAILED, row);
    else this.#bars.settle(bar, time, (CUT_OFF_FLAGS[outcome ?? ''] ?? 0) | CUT_OFF, row);
  }

  /** A session that ended owes no more answers: what is open then stays without one. */
  #endOpenBars({ summary, offset, barOfRow }: OwnTrack): void {
    if (summary.phase !== 'ended') return;
    const end = offset + summary.lastAt;
    for (const bar of barOfRow.values()) {
      if (this.#bars.end[bar] !== Number.POSITIVE_INFINITY) continue;
      this.#bars.abandon(bar, end);
    }
  }
}

const CUT_OFF_FLAGS: Readonly<Record<string, number>> = {
  failed: FAILED,
  cancelled: CANCELLED,
  abandoned: ABANDONED,
};

function flagsOf({ from, method }: Row): number {
  const isSetUp = SET_UP_METHODS.has(method) || method.endsWith('/list');
  return (from === 'server' ? FROM_SERVER : 0) | (isSetUp ? SET_UP : 0);
}

const SET_UP_METHODS: ReadonlySet<string> = new Set(['initialize', 'ping', 'server/discover']);

/** Lines that are no message, but no fault either, are not marked: empty ones, and what was not to be kept. */
const FAULTY_FRAMES: ReadonlySet<string> = new Set(['not-json', 'invalid-utf8', 'over-cap']);

function markOf({ kind, method }: Row): Mark['kind'] | undefined {
  if (kind === 'invalid' || (kind === 'frame' && FAULTY_FRAMES.has(method))) return 'broken';
  return kind === 'gap' || kind === 'exit' ? kind : undefined;
}
