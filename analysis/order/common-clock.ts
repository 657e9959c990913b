/**
 * One clock for sessions of several machines: that of each boot, moved to where its wall clock
 * stood. Within a boot it is exact; between two it is only as good as people set their clocks, so
 * nothing is claimed by it alone.
 */
import { order } from '../../model/order.ts';
import type { Session } from '../../model/session.ts';
import { clockOf } from './span.ts';

export interface Placed {
  readonly clock: string;
  /** Where on the common clock the session began, in µs. */
  readonly start: number;
}

export interface CommonClock {
  placeOf(session: Session): Placed;
}

export function commonClock(sessions: readonly Session[]): CommonClock {
  const shifts = new Map<string, number>();
  for (const session of [...sessions].sort((a, b) => order(a.id, b.id))) {
    const { clock, start } = clockOf(session);
    if (shifts.has(clock)) continue;
    shifts.set(clock, (Date.parse(session.head?.clock.wall ?? '') || 0) * 1000 - start);
  }
  return {
    placeOf(session) {
      const { clock, start } = clockOf(session);
      return { clock, start: start + (shifts.get(clock) ?? 0) };
    },
  };
}
