/** The end of what an exploration was given: its time, or its runs. */

/** Thrown where a run would be begun, or goes on, beyond it. */
export class Spent extends Error {
  constructor() {
    super('what the exploration was given is spent');
  }
}

export interface Clock extends Disposable {
  /** Aborts when the time is over, and whatever runs then with it. */
  readonly signal: AbortSignal;
  /** How much of the time is over: 0 at the start, 1 at its end. */
  used(): number;
}

/** Starts a clock that runs for so many ms; Infinity: for ever. */
export function startClock(longest: number): Clock {
  const start = performance.now();
  const over = new AbortController();
  const timer = Number.isFinite(longest)
    ? setTimeout(() => over.abort(new Spent()), longest).unref()
    : undefined;
  return {
    signal: over.signal,
    used: () => (over.signal.aborted ? 1 : Math.min((performance.now() - start) / longest, 1)),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
