/**
 * Everything the page knows of one run: the column index of each of its sessions, the calls they make,
 * and all rows in order of time. A plain buffer that only grows; the runes stand in run-data.svelte.ts.
 * It holds no bodies, and knows nothing of what is visible.
 */
import { type ColumnBuilder, createColumns, type Row } from '../../model/columns.ts';
import { reference } from '../../model/entry.ts';
import type { SessionSummary } from '../../model/summary.ts';
import {
  ABANDONED,
  type BarStore,
  type Bars,
  CANCELLED,
  createBars,
  FAILED,
  FROM_SERVER,
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
  summary: SessionSummary;
  taken: number;
  readonly barOfRow: Map<number, number>;
  ended: boolean;
}

export interface RunBuffer {
  readonly tracks: readonly Track[];
  readonly bars: Bars;
  readonly rows: MergedRows;
  /** The time of the latest row, in µs since the run began. */
  readonly length: number;
  /** Brings the sessions up to date; new ones become tracks. */
  cover(sessions: readonly SessionSummary[]): void;
  /** Takes the next part of a session's index; false when it does not follow what is there. */
  take(session: string, part: Uint8Array): boolean;
  track(session: string): number | undefined;
  row(track: number, row: number): Row;
  /** The bar whose request stands in this row of a track. */
  barAt(track: number, row: number): number | undefined;
  /** The bar that a message reference is the request or the response of. */
  barOf(message: string): number | undefined;
  requestOf(bar: number): string;
  responseOf(bar: number): string | undefined;
}

export function createRunBuffer(span: Span): RunBuffer {
  const tracks: OwnTrack[] = [];
  const numbers = new Map<string, number>();
  const bars = createBars();
  const rows = createMergedRows();
  const barOfMessage = new Map<string, number>();
  let length = 0;

  const name = (track: OwnTrack | undefined, row: Row | undefined): string =>
    track && row ? reference(track.summary.id, row.seq, row.item) : '';

  function takeRow(number: number, track: OwnTrack, row: Row): void {
    const time = row.at + track.offset;
    const known = row.peer === undefined ? undefined : track.barOfRow.get(row.peer);
    if (row.kind === 'request') {
      if (time < 0 || time + span.from >= span.to) return;
      const bar = bars.add(time, number, row.row, row.from === 'server' ? FROM_SERVER : 0);
      track.barOfRow.set(row.row, bar);
      barOfMessage.set(name(track, row), bar);
    } else if (known !== undefined) {
      applyToBar(bars, known, row, time);
      barOfMessage.set(name(track, row), known);
    } else if (time < 0 || time + span.from >= span.to) return;
    length = Math.max(length, time);
    rows.add(number, row.row, time);
  }

  return {
    tracks,
    bars,
    rows,
    get length() {
      return length;
    },
    cover(sessions) {
      for (const summary of sessions) {
        const known = tracks[numbers.get(summary.id) ?? -1];
        if (known) known.summary = summary;
        else numbers.set(summary.id, tracks.push(newTrack(summary, span)) - 1);
      }
    },
    take(session, part) {
      const number = numbers.get(session);
      const track = tracks[number ?? -1];
      if (number === undefined || !track?.columns.decode(part)) return false;
      for (; track.taken < track.columns.length; track.taken++)
        takeRow(number, track, track.columns.row(track.taken));
      rows.settle();
      endOpenBars(track, bars);
      return true;
    },
    track: (session) => numbers.get(session),
    row: (track, row) => (tracks[track]?.columns ?? createColumns()).row(row),
    barAt: (track, row) => tracks[track]?.barOfRow.get(row),
    barOf: (message) => barOfMessage.get(message),
    requestOf(bar) {
      const track = tracks[bars.track[bar] ?? -1];
      return name(track, track?.columns.row(bars.request[bar] ?? 0));
    },
    responseOf(bar) {
      const track = tracks[bars.track[bar] ?? -1];
      const response = bars.response[bar] ?? 0;
      return response === 0 ? undefined : name(track, track?.columns.row(response - 1));
    },
  };
}

function newTrack(summary: SessionSummary, span: Span): OwnTrack {
  return {
    summary,
    columns: createColumns(),
    offset: summary.start - span.from,
    taken: 0,
    barOfRow: new Map(),
    ended: false,
  };
}

function applyToBar(bars: BarStore, bar: number, row: Row, time: number): void {
  if (row.kind === 'response') {
    const answered = (bars.response[bar] ?? 0) !== 0;
    const failed = row.outcome === 'error' || row.outcome === 'tool-error';
    if (!answered) bars.settle(bar, time, failed ? FAILED : 0, row.row);
  } else if (row.method === 'notifications/cancelled') bars.mark(bar, CANCELLED);
}

/** A session that ended owes no more answers: what is open then stays without one. */
function endOpenBars(track: OwnTrack, bars: BarStore): void {
  if (track.summary.phase !== 'ended') return;
  for (const bar of track.barOfRow.values()) {
    if (bars.end[bar] === Number.POSITIVE_INFINITY)
      bars.settle(bar, track.offset + track.summary.lastAt, ABANDONED);
  }
}
