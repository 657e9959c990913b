/**
 * How busy a lane is, at every scale: a pyramid of buckets, each level half as fine as the one below.
 * Drawing a lane far zoomed out then costs one step a pixel, however many calls it holds.
 */
import type { Intervals } from './pack.ts';

/** Level 0 has at most this many buckets. */
export const BUCKET_LIMIT = 16_384;

export interface Level {
  /** The width of a bucket in µs. */
  readonly width: number;
  /** How many calls were under way at most in a bucket, how many began in it, and how many of those failed. */
  readonly busy: Float32Array;
  readonly begun: Uint32Array;
  readonly failed: Uint32Array;
}

/** From the finest to the coarsest; never empty. */
export interface Density {
  /** Where the first bucket begins, in µs. */
  readonly begin: number;
  readonly levels: readonly Level[];
}

/** `failed` says of an interval whether it counts as failed; times are within `begin` and `length`. */
export function densityOf(
  { start, end }: Intervals,
  members: readonly number[],
  { begin, length }: { readonly begin: number; readonly length: number },
  failed: (member: number) => boolean,
): Density {
  const width = bucketWidth(length - begin);
  const count = Math.floor((length - begin) / width) + 1;
  const level = emptyLevel(width, count);
  const steps = new Int32Array(count + 1);
  for (const member of members) {
    const first = bucketOf((start[member] ?? 0) - begin, width, count);
    const last = bucketOf(Math.min(end[member] ?? 0, length) - begin, width, count);
    steps[first] = (steps[first] ?? 0) + 1;
    steps[last + 1] = (steps[last + 1] ?? 0) - 1;
    level.begun[first] = (level.begun[first] ?? 0) + 1;
    if (failed(member)) level.failed[first] = (level.failed[first] ?? 0) + 1;
  }
  let busy = 0;
  for (let bucket = 0; bucket < count; bucket++) {
    busy += steps[bucket] ?? 0;
    level.busy[bucket] = busy;
  }
  const levels = [level];
  for (let finest = level; finest.busy.length > 1; finest = levels.at(-1) ?? level)
    levels.push(coarser(finest));
  return { begin, levels };
}

/** The finest level whose buckets are at least `width` µs wide; the coarsest when none is. */
export function levelFor({ levels }: Pick<Density, 'levels'>, width: number): Level {
  const found = levels.find((level) => level.width >= width) ?? levels.at(-1);
  return found ?? emptyLevel(1, 1);
}

/** A power of two, so that a longer run has the same buckets or ones of twice their width. */
function bucketWidth(length: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, length + 1) / BUCKET_LIMIT)));
}

function bucketOf(time: number, width: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(time / width)));
}

function emptyLevel(width: number, count: number): Level {
  return {
    width,
    busy: new Float32Array(count),
    begun: new Uint32Array(count),
    failed: new Uint32Array(count),
  };
}

function coarser({ width, busy, begun, failed }: Level): Level {
  const level = emptyLevel(width * 2, Math.ceil(busy.length / 2));
  for (let bucket = 0; bucket < level.busy.length; bucket++) {
    const [left, right] = [bucket * 2, bucket * 2 + 1];
    level.busy[bucket] = Math.max(busy[left] ?? 0, busy[right] ?? 0);
    level.begun[bucket] = (begun[left] ?? 0) + (begun[right] ?? 0);
    level.failed[bucket] = (failed[left] ?? 0) + (failed[right] ?? 0);
  }
  return level;
}
