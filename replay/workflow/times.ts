/**
 * When things crossed, on the clock that all sessions of one boot share.
 *
 * A message is before another of another session when it was passed on before the first byte of the
 * other was read; else nobody can say, and they are concurrent. Inside a session order is `seq`, so
 * time is not let run back there: then no two messages ever wait for each other.
 */
import type { Entry } from '../../model/entry.ts';
import { startOf } from '../../model/order.ts';
import type { RecordedSession } from '../recorded.ts';

/** In µs of the machine's monotonic clock. */
export interface Crossed {
  /** No earlier than it was read. */
  readonly read: number;
  readonly passed: number;
}

export interface Times {
  /** What the times can be compared with; undefined when the recording does not say. */
  readonly boot: string | undefined;
  /** When the entry at `seq` crossed. */
  at(seq: number): Crossed;
}

const NEVER: Crossed = { read: Number.POSITIVE_INFINITY, passed: Number.POSITIVE_INFINITY };

export function timesOf({ session, entries }: RecordedSession): Times {
  const clock = session.head?.clock;
  const start = clock ? startOf(clock) : 0;
  const times = new Map<number, Crossed>();
  let read = Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    read = Math.max(read, start + entry.at);
    times.set(entry.seq, { read, passed: Math.max(read, start + passedAt(entry)) });
  }
  return { boot: clock?.boot, at: (seq) => times.get(seq) ?? NEVER };
}

function passedAt(entry: Entry): number {
  return 'sent' in entry && entry.sent !== undefined ? entry.sent : entry.at;
}
