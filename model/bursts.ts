/**
 * Bursts: when a session was busy, coarse enough to stand in a list of sessions.
 *
 * Runs are found from them (workflow.ts). The messages of one trace are one burst; those of none
 * are split where nothing crossed for longer than BURST_PAUSE, and where a trace began or may have
 * ended, since what its session says meanwhile is part of the run of that trace.
 */
import type { Burst } from './session.ts';

/** The shortest pause that is seen, in µs. A day of steady traffic makes at most 8,640 bursts. */
export const BURST_PAUSE = 10_000_000;

/** Messages of further traces count as of none, so that a peer who mints one for each stays small. */
const MOST_TRACES = 10_000;
/** What is said of no trace is split by traces this often, for the same reason. */
const MOST_SPLITS = 10_000;

export interface Bursts {
  /** A message crossed. */
  add(at: number, trace: string | null): void;
  /** A request of `asked` was waited for until `at`. */
  waited(asked: number, at: number): void;
  /** A request of `asked` was over at `at`, and no message said so. */
  ended(asked: number, at: number, trace: string | null): void;
}

/** Keeps the bursts of a session in `bursts`, in the order they began. */
export function createBursts(bursts: Burst[]): Bursts {
  const traced = new Map<string, Burst>();
  const untraced: Burst[] = [];
  let newest: Burst | undefined;
  /** The trace of the last message since the latest of none. */
  let between: Burst | undefined;
  /** The latest of `untraced` was split from the one before only because this trace may have been over. */
  let perhapsOver: Burst | undefined;
  let splits = 0;

  const begin = (at: number, trace: string | null): Burst => {
    const burst = { trace, first: at, last: at, messages: 0 };
    bursts.push(burst);
    newest = burst;
    perhapsOver = undefined;
    if (trace === null) untraced.push(burst);
    else traced.set(trace, burst);
    return burst;
  };

  const burstOf = (at: number, trace: string | null): Burst => {
    const known = trace === null ? undefined : traced.get(trace);
    if (known && known === perhapsOver) rejoin();
    if (known) {
      between = known;
      return known;
    }
    if (trace !== null && traced.size < MOST_TRACES) return begin(at, trace);
    const latest = untraced.at(-1);
    const crossed = splits < MOST_SPLITS ? between : undefined;
    between = undefined;
    if (!latest || latest !== newest || at - latest.last >= BURST_PAUSE) return begin(at, null);
    if (!crossed) return latest;
    splits++;
    const burst = begin(at, null);
    perhapsOver = crossed;
    return burst;
  };

  /** The trace was not over after all: so that many messages of one trace leave few bursts. */
  const rejoin = (): void => {
    const [before, latest] = untraced.splice(-2);
    if (!before || !latest) return;
    untraced.push(before);
    extend(before, latest);
    if (bursts.at(-1) === latest) bursts.pop();
    newest = before;
    perhapsOver = undefined;
    splits--;
  };

  const wait = (burst: Burst | undefined, at: number): void => {
    if (burst) burst.until = Math.max(burst.until ?? at, at);
  };

  return {
    add(at, trace) {
      const burst = burstOf(at, trace);
      burst.last = Math.max(burst.last, at);
      burst.messages++;
    },
    waited(asked, at) {
      const latest = untraced.at(-1);
      if (!latest || asked >= latest.first) return;
      wait(lastBefore(untraced, asked), at);
    },
    ended: (asked, at, trace) => wait(traced.get(trace ?? '') ?? lastBefore(untraced, asked), at),
  };
}

function extend(before: Burst, { last, messages, until }: Burst): void {
  before.last = last;
  before.messages += messages;
  if (until !== undefined) before.until = Math.max(before.until ?? until, until);
}

/** The last burst that had begun at a time, by binary search. */
function lastBefore(bursts: readonly Burst[], at: number): Burst | undefined {
  let low = 0;
  let high = bursts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bursts[middle]?.first ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return bursts[low - 1];
}
