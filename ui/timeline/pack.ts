/** Packs intervals that overlap into slots: rows of a lane in which nothing overlaps. */

/** The slots of a lane at most; what finds no free one is folded. */
export const SLOT_LIMIT = 48;

export interface Intervals {
  /** Starts never fall. An end of Infinity is open. */
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
}

export interface Packing {
  /** Indices into the intervals, each list by start; within one neither starts nor ends fall. */
  readonly slots: readonly (readonly number[])[];
  /** Those that found no slot, by start: all of them together stand below the last one. */
  readonly folded: readonly number[];
  /** The slot of each packed interval, in the order in which they were given; of a folded one the limit. */
  readonly slotOf: readonly number[];
}

export interface PackOptions {
  readonly limit?: number;
  /** The interval that one is part of, when it is among those packed: then it lies below it. */
  readonly around?: (member: number) => number | undefined;
  /** Intervals that overlap by no more than this, in µs, follow each other. */
  readonly slack?: number;
}

/** Puts each interval, in the order of `members`, into the first slot that is free when it starts. */
export function pack(
  { start, end }: Intervals,
  members: readonly number[],
  { limit = SLOT_LIMIT, around, slack = 0 }: PackOptions = {},
): Packing {
  const slotOfAround = new Map<number, number>();
  const slots: number[][] = [];
  const free: number[] = [];
  const folded: number[] = [];
  const slotOf = members.map((member) => {
    const outer = around && slotOfAround.get(around(member) ?? -1);
    const slot = slotFor(free, start[member] ?? 0, { limit, least: (outer ?? -1) + 1 });
    if (around) slotOfAround.set(member, slot);
    if (slot >= limit) {
      folded.push(member);
      return slot;
    }
    // An interval without length still takes up a place, or a hundred of them would look like one.
    const taken = Math.max(end[member] ?? 0, (start[member] ?? 0) + 1);
    free[slot] = Math.max(free[slot] ?? Number.NEGATIVE_INFINITY, taken - slack);
    const own = slots[slot];
    if (own) own.push(member);
    else slots[slot] = [member];
    return slot;
  });
  return { slots, folded, slotOf };
}

function slotFor(
  free: readonly number[],
  start: number,
  { limit, least }: { limit: number; least: number },
): number {
  const found = free.findIndex((time, slot) => slot >= least && time <= start);
  return found === -1 ? Math.min(free.length, limit) : found;
}
