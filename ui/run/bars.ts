/** The calls of a run as columns: a request with its response. Plain arrays, so that a hundred thousand cost little. */

export const OPEN = 1;
export const FAILED = 2;
export const FROM_SERVER = 4;
export const CANCELLED = 8;
/** The session ended before an answer came. */
export const ABANDONED = 16;
/** It opens, checks or lists, which says nothing about what a host set out to do. */
export const SET_UP = 32;
/** Its exchange ended without its answer: failed, given up, or over. `response` is the row that says so. */
export const CUT_OFF = 64;

export interface Bars {
  readonly length: number;
  /** µs since the run began. An open call ends at Infinity. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly flags: Uint8Array;
  /** Index into the tracks of the run. */
  readonly track: Uint16Array;
  /** Rows of the track's columns; `response` is the row + 1, and 0 when there is none. */
  readonly request: Uint32Array;
  readonly response: Uint32Array;
  /** Equal for what its host says is of one turn; 0 where it says nothing. */
  readonly turn: Uint32Array;
}

export interface BarStore extends Bars {
  add(start: number, track: number, request: number, flags: number, turn: number): number;
  /** Ends a bar; flags are added to those it has, and it is no longer open, nor what an earlier end made it. */
  settle(bar: number, end: number, flags: number, response?: number): void;
  mark(bar: number, flags: number): void;
  /** Says where a bar ends if nothing more is to come of it, and in which row that stands. */
  leave(bar: number, end: number, flags: number, row: number): void;
  /** Ends a bar that is open: where it was left, else here. */
  abandon(bar: number, end: number): void;
}

export function createBars(): BarStore {
  let columns = allocate(256);
  let length = 0;
  /** Of bars that are open though their exchange ended: few, so they cost no column. */
  const left = new Map<number, { readonly end: number; readonly flags: number }>();
  const flag = (bar: number, flags: number, without = 0): void => {
    columns.flags[bar] = ((columns.flags[bar] ?? 0) & ~without) | flags;
  };
  const settle: BarStore['settle'] = (bar, end, flags, response) => {
    columns.end[bar] = Math.max(end, columns.start[bar] ?? 0);
    flag(bar, flags, OPEN | FAILED | ABANDONED | CUT_OFF);
    if (response !== undefined) columns.response[bar] = response + 1;
    left.delete(bar);
  };
  return {
    get length() {
      return length;
    },
    get start() {
      return columns.start;
    },
    get end() {
      return columns.end;
    },
    get flags() {
      return columns.flags;
    },
    get track() {
      return columns.track;
    },
    get request() {
      return columns.request;
    },
    get response() {
      return columns.response;
    },
    get turn() {
      return columns.turn;
    },
    add(start, track, request, flags, turn) {
      if (length === columns.start.length) columns = grown(columns);
      columns.start[length] = start;
      columns.end[length] = Number.POSITIVE_INFINITY;
      columns.flags[length] = flags | OPEN;
      columns.track[length] = track;
      columns.request[length] = request;
      columns.turn[length] = turn;
      return length++;
    },
    settle,
    mark: flag,
    leave(bar, end, flags, row) {
      left.set(bar, { end, flags });
      flag(bar, CUT_OFF);
      columns.response[bar] = row + 1;
    },
    abandon(bar, end) {
      const known = left.get(bar);
      settle(bar, known?.end ?? end, known ? known.flags | CUT_OFF : ABANDONED);
    },
  };
}

type Columns = ReturnType<typeof allocate>;

function allocate(capacity: number) {
  return {
    start: new Float64Array(capacity),
    end: new Float64Array(capacity),
    flags: new Uint8Array(capacity),
    track: new Uint16Array(capacity),
    request: new Uint32Array(capacity),
    response: new Uint32Array(capacity),
    turn: new Uint32Array(capacity),
  };
}

function grown(columns: Columns): Columns {
  const next = allocate(columns.start.length * 2);
  next.start.set(columns.start);
  next.end.set(columns.end);
  next.flags.set(columns.flags);
  next.track.set(columns.track);
  next.request.set(columns.request);
  next.response.set(columns.response);
  next.turn.set(columns.turn);
  return next;
}
