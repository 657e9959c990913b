/** Moments of the machine's monotonic clock as wall time; for people, never for order. */
import type { SessionSummary } from '../../model/summary.ts';

export interface Counted {
  readonly sessions: readonly SessionSummary[];
}

/** Milliseconds since 1970 of a moment (µs of the machine's clock), by the clocks of these sessions. */
export function wallTimeOf({ sessions }: Counted, moment: number): number {
  const [first] = sessions;
  const wall = Date.parse(first?.wall ?? '');
  return Number.isNaN(wall) ? 0 : wall + (moment - (first?.start ?? 0)) / 1000;
}

/** The moment of the machine's clock, in µs, that is now by the same clocks. */
export function momentOf({ sessions }: Counted, now: number): number {
  const [first] = sessions;
  const wall = Date.parse(first?.wall ?? '');
  return Number.isNaN(wall) ? 0 : (first?.start ?? 0) + (now - wall) * 1000;
}
