/** The clock of one session: microseconds since it started, on the machine's monotonic clock. */
import { readFileSync } from 'node:fs';
import { hrtime } from 'node:process';
import type { Clock } from '../model/entry.ts';

export interface SessionClock {
  /** What the opening entry says of this clock. */
  readonly clock: Clock;
  /** Integer microseconds since the session started. */
  now(): number;
}

export function startClock(): SessionClock {
  const read = hrtime.bigint();
  // Whole microseconds: otherwise rounding could reverse two moments of two sessions.
  const start = read - (read % 1000n);
  return {
    clock: { wall: new Date().toISOString(), monotonic: String(start), boot: bootId(read) },
    now: () => Number((hrtime.bigint() - start) / 1000n),
  };
}

/** The clock of a session that began at `start` of another one, in µs. */
export function clockFrom({ clock, now }: SessionClock, start: number): SessionClock {
  const { wall, monotonic, boot } = clock;
  const began = new Date(Date.parse(wall) + start / 1000).toISOString();
  const at = String(BigInt(monotonic) + BigInt(start) * 1000n);
  return { clock: { wall: began, monotonic: at, boot }, now: () => now() - start };
}

/** Names the boot since which the monotonic clock counts; outside Linux to the minute it began. */
function bootId(monotonic: bigint): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    const began = Date.now() - Number(monotonic / 1_000_000n);
    return new Date(Math.round(began / 60_000) * 60_000).toISOString();
  }
}
