/**
 * Calls that changed places: on one side done before another was asked, on the other asked only
 * after that one was done. Calls that overlap on either side have no order, and none to lose.
 */
import { isBefore } from '../../analysis/order.ts';
import { groupBy } from '../../model/group.ts';
import { LISTS } from '../../model/methods.ts';
import { STATELESS } from '../consumption.ts';
import { rising } from './align.ts';
import type { ComparedCall } from './calls.ts';
import type { Two } from './pairing.ts';

export interface Reordered {
  readonly moved: Two<ComparedCall>;
  /** A call that it stands on the other side of. */
  readonly past: Two<ComparedCall>;
  /** Whether `moved` came first on the first side. */
  readonly wasFirst: boolean;
}

/** As few as show every change of places, in the order of the first side; near linear in time. */
export function reorderedIn(pairs: readonly Two<ComparedCall>[]): Reordered[] {
  const ordered = pairs.filter(({ a }) => hasOrder(a));
  // Clocks of two boots do not compare.
  const clocks = groupBy(ordered, ({ a, b }) => JSON.stringify([a.boot, b.boot]));
  return [...clocks.values()].flatMap(onOneClock);
}

/** When it says who it is, or what it offers, a server says nothing of what was done. */
export function hasOrder({ call: { method } }: ComparedCall): boolean {
  return !STATELESS.has(method) && LISTS[method] === undefined;
}

function onOneClock(pairs: readonly Two<ComparedCall>[]): Reordered[] {
  const sorted = [...pairs].sort((x, y) => x.a.start - y.a.start);
  const ranks = new Map(
    [...pairs].sort((x, y) => x.b.start - y.b.start).map((one, at) => [one, at]),
  );
  const kept = rising(sorted.map((one, at) => [at, ranks.get(one) ?? 0]));
  const still = new Set(kept.map(([at]) => at));
  // What is asked in the same order on both sides cannot have changed places with one another, so
  // every change of places has one of these in it.
  const moved = sorted.filter((_, at) => !still.has(at));
  if (moved.length === 0) return [];
  const before = passedBy(sorted, moved, (one) => one);
  const after = passedBy(sorted, moved, ({ a, b }) => ({ a: b, b: a }));
  return moved.flatMap((one): Reordered[] => {
    const [leader, follower] = [before.get(one), after.get(one)];
    if (leader) return [{ moved: one, past: leader, wasFirst: false }];
    return follower ? [{ moved: one, past: follower, wasFirst: true }] : [];
  });
}

/**
 * For each moved pair, the one that was done before it was asked on the first side, and on the other
 * is asked last: when that is after the moved one is done, they changed places.
 */
function passedBy(
  pairs: readonly Two<ComparedCall>[],
  moved: readonly Two<ComparedCall>[],
  side: (pair: Two<ComparedCall>) => Two<ComparedCall>,
): Map<Two<ComparedCall>, Two<ComparedCall>> {
  const byEnd = [...pairs].sort((x, y) => compare(side(x).a.end, side(y).a.end));
  const byStart = [...moved].sort((x, y) => side(x).a.start - side(y).a.start);
  const found = new Map<Two<ComparedCall>, Two<ComparedCall>>();
  let next = 0;
  let last: Two<ComparedCall> | undefined;
  for (const one of byStart) {
    for (let done = byEnd[next]; done && isBefore(side(done).a, side(one).a); ) {
      if (!last || side(done).b.start > side(last).b.start) last = done;
      done = byEnd[++next];
    }
    if (last && isBefore(side(one).b, side(last).b)) found.set(one, last);
  }
  return found;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
