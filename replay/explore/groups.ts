/** Which operations are worth issuing together: those in conflict that no order keeps apart. */

import { groupBy } from '../../model/group.ts';
import type { Group } from './anomaly.ts';
import { type Always, closureOf, type Problem } from './problem.ts';

/** So many at most, of which all orders are run: with five, these alone are 120. */
const MOST_TOGETHER = 4;
/** So many at most, of which a sample of the orders is run. */
const MOST_SAMPLED = 12;
/** Larger groups are looked for among so many conflicts. */
const MOST_CLIQUES = 200;

/**
 * Pairs first, one of each kind before a second of any, and after the first of each as many at once as
 * were; then larger groups in which all are in conflict. Before them runs what they come after, and what was done by then to the same things.
 */
export function groupsOf(problem: Problem): Group[] {
  const { operations, must, conflicts } = problem;
  const always = closureOf(operations.length, must);
  const free = conflicts.filter(
    ([one, other]) => !always.isBefore(one, other) && !always.isBefore(other, one),
  );
  const near = nextTo(free);
  const pairs = free.map((pair) => [...pair]);
  const seeds = pairs.slice(0, MOST_CLIQUES);
  const larger = (most: number): (readonly number[])[] => {
    const all = seeds.map((pair) => grown(pair, near, most)).filter(({ length }) => length > 2);
    return [...new Map(all.map((places) => [places.join(), places])).values()];
  };
  const [firstPairs = [], ...morePairs] = byKind(pairs, problem);
  // Of each kind as many at once as there are: more of them would show nothing else.
  const largest = larger(MOST_SAMPLED).sort((a, b) => b.length - a.length);
  const [many = []] = byKind(
    largest.filter(({ length }) => length > MOST_TOGETHER),
    problem,
  );
  const some = byKind(larger(MOST_TOGETHER), problem);
  const all = [...firstPairs, ...many, ...morePairs.flat(), ...some.flat()];
  return all.map((together) => ({ together, before: contextOf(problem, always, together) }));
}

function nextTo(edges: readonly (readonly [number, number])[]): Map<number, Set<number>> {
  const near = new Map<number, Set<number>>();
  const add = (one: number, other: number): void => {
    near.set(one, (near.get(one) ?? new Set()).add(other));
  };
  for (const [one, other] of edges) {
    add(one, other);
    add(other, one);
  }
  return near;
}

/** The pair with whatever is in conflict with all of it, up to the most that go together. */
function grown(
  pair: readonly number[],
  near: ReadonlyMap<number, ReadonlySet<number>>,
  most: number,
): number[] {
  const all = [...pair];
  for (const one of [...(near.get(pair[0] ?? 0) ?? [])].sort((a, b) => a - b)) {
    if (all.length === most) break;
    if (!all.includes(one) && all.every((other) => near.get(other)?.has(one))) all.push(one);
  }
  return all.sort((a, b) => a - b);
}

/** One of each kind, then the second of each, and so on. */
function byKind(groups: readonly (readonly number[])[], problem: Problem): (readonly number[])[][] {
  const kinds = [...groupBy(groups, (places) => kindOfGroup(problem, places)).values()];
  const most = Math.max(0, ...kinds.map(({ length }) => length));
  return Array.from({ length: most }, (_, at) => kinds.flatMap((all) => all.slice(at, at + 1)));
}

/** Equal for groups of like operations that meet in the same way. */
export function kindOfGroup({ operations }: Problem, places: readonly number[]): string {
  const own = places.flatMap((place) => operations[place] ?? []);
  const isOne = new Set(own.map(({ session }) => session)).size === 1;
  const patterns = own.map(({ pattern }) => pattern).sort();
  return `${[...new Set(patterns)].join(' with ')} ${isOne ? 'in one session' : 'across sessions'}`;
}

/** What comes before them always, and what changed the same things and was done before they began. */
function contextOf(problem: Problem, always: Always, together: readonly number[]): number[] {
  const { operations, conflicts } = problem;
  const start = Math.min(...together.map((place) => operations[place]?.start ?? 0));
  const touched = new Set(
    conflicts.flatMap(([before, after]) => {
      const isEarlier = (operations[before]?.end ?? 0) < start && together.includes(after);
      return isEarlier && operations[before]?.writes ? [before] : [];
    }),
  );
  const before = new Set(
    [...together, ...touched].flatMap((place) => [...always.ancestors(place), place]),
  );
  for (const place of together) before.delete(place);
  return [...before].sort((a, b) => a - b);
}
