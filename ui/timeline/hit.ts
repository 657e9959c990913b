/** Finds bars by time: which are visible, which is under the pointer, which comes next. Binary searches only. */
import type { Intervals } from './pack.ts';

/** The first place in a slot whose interval ends at or after `time`; the slot's length when none does. */
export function firstEndingFrom(slot: readonly number[], { end }: Intervals, time: number): number {
  return lowest(slot.length, (place) => (end[slot[place] ?? 0] ?? 0) >= time);
}

/** The first place in a slot whose interval starts at or after `time`. */
export function firstStartingFrom(
  slot: readonly number[],
  { start }: Intervals,
  time: number,
): number {
  return lowest(slot.length, (place) => (start[slot[place] ?? 0] ?? 0) >= time);
}

/** The interval of a slot at `time`, or the nearest one no further than `reach` away. */
export function at(
  slot: readonly number[],
  intervals: Intervals,
  time: number,
  reach: number,
): number | undefined {
  const after = firstEndingFrom(slot, intervals, time);
  const candidates = [slot[after], slot[after - 1]].filter((one) => one !== undefined);
  const distances = candidates.map((one) => ({ one, away: distance(intervals, one, time) }));
  const best = distances.sort((a, b) => a.away - b.away)[0];
  return best && best.away <= reach ? best.one : undefined;
}

/** More would hold up the pointer. */
const MOST_LOOKED_AT = 1000;

/** Of intervals that overlap as they like: the one that began last of those within `reach` of `time`. */
export function latestAt(
  members: readonly number[],
  intervals: Intervals,
  time: number,
  reach: number,
): number | undefined {
  const last = firstStartingFrom(members, intervals, time + reach);
  return members
    .slice(Math.max(0, last - MOST_LOOKED_AT), last)
    .findLast((one) => distance(intervals, one, time) <= reach);
}

/** The member that starts next after (or before) the given one, in a list sorted by start. */
export function neighbour(
  members: readonly number[],
  { start }: Intervals,
  from: number,
  step: 1 | -1,
): number | undefined {
  const time = start[from] ?? 0;
  let place = firstStartingFrom(members, { start, end: start }, time);
  while (
    members[place] !== from &&
    place < members.length &&
    (start[members[place] ?? 0] ?? 0) === time
  )
    place++;
  return members[place + step];
}

/** The member whose start is nearest to `time`. */
export function nearest(
  members: readonly number[],
  intervals: Intervals,
  time: number,
): number | undefined {
  const after = firstStartingFrom(members, intervals, time);
  const [later, earlier] = [members[after], members[after - 1]];
  if (later === undefined || earlier === undefined) return later ?? earlier;
  const { start } = intervals;
  return (start[later] ?? 0) - time < time - (start[earlier] ?? 0) ? later : earlier;
}

function distance({ start, end }: Intervals, one: number, time: number): number {
  const from = start[one] ?? 0;
  const to = end[one] ?? 0;
  return time < from ? from - time : time > to ? time - to : 0;
}

/** The lowest number below `length` for which `holds`, which once true stays true; `length` when none. */
export function lowest(length: number, holds: (place: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
