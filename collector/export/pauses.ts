/** Pauses before something is tried again: each longer than the one before, until it works. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Pauses {
  /** As long as before and as long again, at most `most` and at least `after` ms. */
  longer(most: number, after?: number): Promise<void>;
  /** It worked: whoever waits tries again now, but those who were told how long to wait. */
  over(): void;
}

/** `first`: of the first pause, in ms; `random`: from 0 to 1. Those who start wait for the same thing. */
export function createPauses(first: number, random: () => number): { start(): Pauses } {
  const waiting = new Set<AbortController>();
  const start = (): Pauses => {
    let next = first;
    return {
      async longer(most, after = 0) {
        const ms = Math.min(next, most);
        next = 2 * ms;
        const bell = new AbortController();
        if (after === 0) waiting.add(bell);
        const { signal } = bell;
        const long = Math.max(after, ms * (0.5 + random()));
        await pause(long, undefined, { signal }).catch(() => {
          next = first;
        });
        waiting.delete(bell);
      },
      over() {
        next = first;
        for (const bell of waiting) bell.abort();
      },
    };
  };
  return { start };
}
