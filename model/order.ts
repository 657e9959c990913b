/**
 * Order across sessions.
 *
 * Inside a session order is `seq`. Across sessions of one boot the monotonic clock is shared; equal
 * microseconds are concurrent. The sealed order is a pure function of the set of entries: no
 * inferred edge takes part, so the same set gives the same bytes, today and later.
 */
import type { Clock, Entry, SessionEntry } from './entry.ts';
import { groupBy } from './group.ts';

/** Microseconds of the machine's monotonic clock at which a session's clock stood at 0. */
export function startOf(clock: Clock): number {
  return Number(BigInt(clock.monotonic) / 1000n);
}

/** Wall time of a moment of a session, in milliseconds since 1970; for people, never for order. */
export function wallTime(clock: Clock, at: number): number {
  return Date.parse(clock.wall) + at / 1000;
}

/** The entries of any sessions, sorted by (boot, monotonic time, session, seq). */
export function sealedOrder(entries: Iterable<Entry>): Entry[] {
  const bySession = groupBy(entries, (entry) => entry.session);
  const heads = new Map<string, SessionEntry>();
  for (const [session, own] of bySession) {
    const head = own.find((entry) => entry.type === 'session');
    if (head) heads.set(session, head);
  }
  const rank = bootRanks([...heads.values()]);
  const placed: Placed[] = [];
  for (const [session, own] of bySession) {
    const clock = heads.get(session)?.clock;
    const boot = rank.get(clock?.boot ?? '') ?? 0;
    for (const entry of placeEntries(own, boot, clock ? startOf(clock) : 0)) placed.push(entry);
  }
  return placed.sort(compare).map(({ entry }) => entry);
}

interface Placed {
  readonly boot: number;
  readonly time: number;
  readonly entry: Entry;
}

/** Time never runs back inside a session: the sort must keep the order of seq. */
function placeEntries(own: Entry[], boot: number, start: number): Placed[] {
  let latest = 0;
  return [...own]
    .sort((a, b) => a.seq - b.seq)
    .map((entry) => {
      latest = Math.max(latest, start + entry.at);
      return { boot, time: latest, entry };
    });
}

/** Boots by their earliest wall clock, then by id. */
function bootRanks(heads: readonly SessionEntry[]): Map<string, number> {
  const earliest = new Map<string, string>();
  for (const { clock } of heads) {
    const known = earliest.get(clock.boot);
    if (known === undefined || clock.wall < known) earliest.set(clock.boot, clock.wall);
  }
  const boots = [...earliest].sort((a, b) => order(a[1], b[1]) || order(a[0], b[0]));
  return new Map(boots.map(([boot], index) => [boot, index]));
}

function compare(a: Placed, b: Placed): number {
  return (
    a.boot - b.boot ||
    a.time - b.time ||
    order(a.entry.session, b.entry.session) ||
    a.entry.seq - b.entry.seq
  );
}

/** Orders texts by code unit: the same on every machine and in every language. */
export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
