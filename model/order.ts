/**
 * Order across sessions.
 *
 * Inside a session order is `seq`. Across sessions of one boot the monotonic clock is shared; equal
 * microseconds are concurrent. The sealed order is a pure function of the set of entries: no
 * inferred edge takes part, so the same set gives the same bytes, today and later.
 */
import { bySeq, type Clock, type Entry } from './entry.ts';
import { groupBy } from './group.ts';
import { encodeEntry } from './line.ts';

/** Microseconds of the machine's monotonic clock at which a session's clock stood at 0. */
export function startOf(clock: Clock): number {
  return Number(BigInt(clock.monotonic) / 1000n);
}

/** Wall time of a moment of a session, in milliseconds since 1970; for people, never for order. */
export function wallTime(clock: Clock, at: number): number {
  return Date.parse(clock.wall) + at / 1000;
}

/**
 * The entries of any sessions, each once, sorted by (boot, monotonic time, session, seq). Every set
 * of entries has one such order, whatever order it comes in.
 */
export function sealedOrder(entries: Iterable<Entry>): Entry[] {
  const sessions = [...groupBy(entries, (entry) => entry.session).values()].map(inOrder);
  const heads = sessions.flatMap((own) => own.find((entry) => entry.type === 'session') ?? []);
  const clocks = new Map(heads.map(({ session, clock }) => [session, clock]));
  const ranks = bootRanks(clocks.values());
  const placed = sessions.flatMap((own) => {
    const clock = clocks.get(own[0]?.session ?? '');
    return placeEntries(own, ranks.get(clock?.boot ?? '') ?? 0, clock ? startOf(clock) : 0);
  });
  return placed.sort(compare).map(({ entry }) => entry);
}

/** The entries of one session by seq. Of equal entries one is kept; two that differ both are. */
function inOrder(own: readonly Entry[]): Entry[] {
  const sorted = [...own].sort((a, b) => bySeq(a, b) || order(encodeEntry(a), encodeEntry(b)));
  return sorted.filter((entry, index) => {
    const before = sorted[index - 1];
    return before?.seq !== entry.seq || encodeEntry(before) !== encodeEntry(entry);
  });
}

interface Placed {
  readonly boot: number;
  readonly time: number;
  readonly entry: Entry;
}

/** Time never runs back inside a session: the sort must keep the order of seq. */
function placeEntries(own: readonly Entry[], boot: number, start: number): Placed[] {
  let latest = 0;
  return own.map((entry) => {
    latest = Math.max(latest, start + entry.at);
    return { boot, time: latest, entry };
  });
}

/** Boots by their earliest wall clock, then by id. */
export function bootRanks(clocks: Iterable<Pick<Clock, 'boot' | 'wall'>>): Map<string, number> {
  const earliest = new Map<string, string>();
  for (const { boot, wall } of clocks) {
    const known = earliest.get(boot);
    if (known === undefined || wall < known) earliest.set(boot, wall);
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
