/** Chance that can be made again, for tests and for what is too large to load a library for. */
import process from 'node:process';

export const SEED = Number(process.env['WIRETAPE_SEED'] ?? 20261122);

/** Numbers from 0 to below `limit`, the same in every run (mulberry32). */
export function dice(seed = SEED): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
