/** Which items of a live list are which of the recorded one, where the order may have changed. */
import { canonicalJson } from '../../model/canonical.ts';
import { isObject } from '../../model/json.ts';
import { classOf } from '../masks.ts';

export interface Pairing {
  /** Recorded and live index of each pair, by recorded index. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Whether the live items stand in another order. */
  readonly isReordered: boolean;
}

/**
 * Pairs the items of two lists of one length: those that are equal but for values of one class
 * (ids, times) first, in their order; what is left in its order.
 */
export function pairItems(recorded: readonly unknown[], live: readonly unknown[]): Pairing {
  const waiting = new Map<string, number[]>();
  for (const [at, item] of live.entries()) {
    const key = signature(item);
    const known = waiting.get(key);
    if (known) known.push(at);
    else waiting.set(key, [at]);
  }
  const other = recorded.map((item) => waiting.get(signature(item))?.shift());
  const known = other.filter((at) => at !== undefined);
  const isReordered = known.some((at, index) => index > 0 && at < (known[index - 1] as number));
  const left = [...waiting.values()].flat().sort((a, b) => a - b);
  let next = 0;
  const pairs = other.map((at, index) => [index, at ?? left[next++] ?? index] as const);
  return { pairs, isReordered };
}

/** The canonical text of a value in which everything of a class has given way to it. */
function signature(value: unknown): string {
  return canonicalJson(classed(value));
}

function classed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(classed);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, classed(own)]));
  }
  // Numbers count and measure; whole ones would all be alike.
  const name = typeof value === 'string' ? classOf(value) : undefined;
  return name === undefined ? value : { class: name };
}
