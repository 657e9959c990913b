/**
 * The orders of operations that are issued together. Of up to four all are run; of more a sample by
 * lot, and the rest only where something was seen that none of the sample shows.
 */
import { chance, shuffled } from './chance.ts';
import type { Lab } from './lab.ts';
import { closureOf } from './problem.ts';

export interface GroupOrders {
  /** Those that are run first. */
  readonly first: readonly (readonly number[])[];
  /** Others, once these are not enough. */
  readonly more: readonly (readonly number[])[];
  /** The two are all that there are. */
  readonly isAll: boolean;
  /** How many there are. */
  readonly total: number;
}

/** Of so many operations all orders can be run: 120. */
const MOST_IN_ALL = 5;
/** Of so many all are run, whatever they show. */
const ALWAYS = 4;
const SAMPLED = 8;
/** So many orders of more operations are drawn. */
const DRAWN = 120;

export function isSampled(places: readonly number[]): boolean {
  return places.length > ALWAYS;
}

export function ordersOfGroup(lab: Lab, places: readonly number[], seed: number): GroupOrders {
  const isAll = places.length <= MOST_IN_ALL;
  if (!isSampled(places)) {
    const first = allOrders(lab, places);
    return { first, more: [], isAll, total: first.length };
  }
  const roll = chance(seed, `orders of ${places.join('+')}`);
  const all = isAll
    ? [places, ...shuffled(allOrders(lab, places), roll)]
    : [places, ...Array.from({ length: DRAWN }, () => shuffled(places, roll))];
  const once = [...new Map(all.map((order) => [order.join(), order])).values()];
  // What goes together has no order that always holds.
  const total = places.reduce((count, _, at) => count * (at + 1), 1);
  return { first: once.slice(0, SAMPLED), more: once.slice(SAMPLED), isAll, total };
}

function allOrders(lab: Lab, places: readonly number[]): number[][] {
  const { operations, must } = lab.problem;
  const always = closureOf(operations.length, must);
  const from = (left: readonly number[]): number[][] => {
    if (left.length === 0) return [[]];
    const first = left.filter((one) => !left.some((other) => always.isBefore(other, one)));
    return first.flatMap((one) =>
      from(left.filter((other) => other !== one)).map((rest) => [one, ...rest]),
    );
  };
  return from(places);
}
