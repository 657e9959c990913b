/**
 * Calls that changed places: on one side done before another was asked, on the other asked only
 * after that one was done. Calls that overlap on either side have no order, and none to lose.
 */
import { isBefore } from '../../analysis/order.ts';
import { groupBy } from '../../model/group.ts';
import { LISTS } from '../../model/methods.ts';
import { STATELESS } from '../consumption.ts';
import { rising } from './align.ts';
import { byTime, type ComparedCall } from './calls.ts';
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
  return byClock(pairs).flatMap(onOneClock);
}

/** The calls that have an order, by the clocks they are on: those of two boots do not compare. */
function byClock(pairs: readonly Two<ComparedCall>[]): Two<ComparedCall>[][] {
  const ordered = pairs.filter(({ a }) => hasOrder(a));
  return [...groupBy(ordered, ({ a, b }) => JSON.stringify([a.boot, b.boot])).values()];
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
  const passing = { isLater: startsLater, parted: isPast };
  const before = passedBy(sorted, moved, { side: (pair) => pair, ...passing });
  const after = passedBy(sorted, moved, { side: swapped, ...passing });
  return moved.flatMap((one): Reordered[] => {
    const [leader, follower] = [before.get(one), after.get(one)];
    if (leader) return [{ moved: one, past: leader, wasFirst: false }];
    return follower ? [{ moved: one, past: follower, wasFirst: true }] : [];
  });
}

/** A call that one side did wait for, and the other did not. */
export interface Waited {
  readonly call: Two<ComparedCall>;
  readonly for: Two<ComparedCall>;
  readonly in: 'a' | 'b';
}

/**
 * Which of some calls were asked after the answer to another on one side only, so that on the other
 * the two overlap or changed places. No difference by itself: it is told of calls that differ.
 */
export function waitedFor(
  pairs: readonly Two<ComparedCall>[],
  calls: readonly Two<ComparedCall>[],
): Waited[] {
  const wanted = new Set(calls);
  return byClock(pairs).flatMap((all) => {
    const own = all.filter((one) => wanted.has(one));
    const inA = passedBy(all, own, { side: (pair) => pair, isLater: endsLater, parted: isMet });
    const inB = passedBy(all, own, { side: swapped, isLater: endsLater, parted: isMet });
    return own.flatMap((call): Waited[] => [
      ...of(inA.get(call)).map((other) => ({ call, for: other, in: 'a' }) as const),
      ...of(inB.get(call)).map((other) => ({ call, for: other, in: 'b' }) as const),
    ]);
  });
}

function of<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function swapped({ a, b }: Two<ComparedCall>): Two<ComparedCall> {
  return { a: b, b: a };
}

const startsLater = (one: ComparedCall, other: ComparedCall): boolean => one.start > other.start;
const endsLater = (one: ComparedCall, other: ComparedCall): boolean => one.end > other.end;
/** Whether `one` was done before `last` was asked. */
const isPast = (one: ComparedCall, last: ComparedCall): boolean => isBefore(one, last);
/** Whether `one` was asked before `last` was done. */
const isMet = (one: ComparedCall, last: ComparedCall): boolean => !isBefore(last, one);

interface Passing {
  readonly side: (pair: Two<ComparedCall>) => Two<ComparedCall>;
  /** Which of two calls done before is the likelier to be passed on the other side. */
  readonly isLater: (one: ComparedCall, other: ComparedCall) => boolean;
  /** Whether on the other side the call passed the one that was done before it. */
  readonly parted: (one: ComparedCall, last: ComparedCall) => boolean;
}

/**
 * For each moved pair, the one that was done before it was asked on the first side and comes last on
 * the other, where it parted from it there.
 */
function passedBy(
  pairs: readonly Two<ComparedCall>[],
  moved: readonly Two<ComparedCall>[],
  { side, isLater, parted }: Passing,
): Map<Two<ComparedCall>, Two<ComparedCall>> {
  const byEnd = [...pairs].sort((x, y) => byTime(side(x).a.end, side(y).a.end));
  const byStart = [...moved].sort((x, y) => side(x).a.start - side(y).a.start);
  const found = new Map<Two<ComparedCall>, Two<ComparedCall>>();
  let next = 0;
  let last: Two<ComparedCall> | undefined;
  for (const one of byStart) {
    for (let done = byEnd[next]; done && isBefore(side(done).a, side(one).a); ) {
      if (!last || isLater(side(done).b, side(last).b)) last = done;
      done = byEnd[++next];
    }
    if (last && parted(side(one).b, side(last).b)) found.set(one, last);
  }
  return found;
}
