/** Which items of a live list are which of the recorded one, where the order may have changed. */
import { canonicalJson } from '../../model/canonical.ts';
import { groupBy } from '../../model/group.ts';
import { isObject } from '../../model/json.ts';
import { classOf } from '../masks.ts';

export interface Pairing {
  /** Recorded and live index of each pair, by recorded index. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Whether the live items stand in another order. */
  readonly isReordered: boolean;
}

/**
 * Pairs the items of two lists of one length: those that are equal first, then those that are equal
 * but for values which look minted (ids, times), each in their order; what is left in its order.
 */
export function pairItems(recorded: readonly unknown[], live: readonly unknown[]): Pairing {
  const other = new Map<number, number>();
  const free = { recorded: [...recorded.keys()], live: [...live.keys()] };
  for (const keyOf of [canonicalJson, signature]) {
    const waiting = groupBy(free.live, (at) => keyOf(live[at]));
    for (const at of free.recorded) {
      const found = waiting.get(keyOf(recorded[at]))?.shift();
      if (found !== undefined) other.set(at, found);
    }
    const taken = new Set(other.values());
    free.recorded = free.recorded.filter((at) => !other.has(at));
    free.live = free.live.filter((at) => !taken.has(at));
  }
  const isReordered = !isRising(recorded.flatMap((_, at) => other.get(at) ?? []));
  for (const [at, index] of free.recorded.entries()) other.set(index, free.live[at] ?? index);
  return { pairs: recorded.map((_, at) => [at, other.get(at) ?? at] as const), isReordered };
}

function isRising(places: readonly number[]): boolean {
  return places.every((at, index) => index === 0 || at > (places[index - 1] ?? -1));
}

/** The canonical text of a value in which everything that looks minted has given way to its class. */
function signature(value: unknown): string {
  return canonicalJson(classed(value));
}

/** Shorter texts of a class (`a` is a hex digit) are words. */
const SHORTEST = 6;

function classed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(classed);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, classed(own)]));
  }
  // Numbers count and measure; whole ones would all be alike.
  const isMinted = typeof value === 'string' && value.length >= SHORTEST;
  const name = isMinted ? classOf(value) : undefined;
  return name === undefined ? value : { class: name };
}
