/**
 * Which session of one side is which of the other, and which call. Sessions by the name of their
 * server; of several of one name, those that asked for most of the same are one, since two that
 * started together may have started in either order. Calls inside a session first by all that they
 * asked for, then by what they are about among those between.
 */
import { groupBy } from '../../model/group.ts';
import { align, type Pair } from './align.ts';
import type { ComparedCall, ComparedSession } from './calls.ts';

export interface Two<T> {
  readonly a: T;
  readonly b: T;
}

export interface Paired<T> {
  readonly both: readonly Two<T>[];
  readonly onlyA: readonly T[];
  readonly onlyB: readonly T[];
}

/** Of more sessions of one name, each is paired with that of the same occurrence. */
const MOST_ALIKE = 32;

export function pairSessions(
  a: readonly ComparedSession[],
  b: readonly ComparedSession[],
): Paired<ComparedSession> {
  const inB = groupBy(b, ({ name }) => name);
  const both = [...groupBy(a, ({ name }) => name)].flatMap(([name, own]) =>
    alike(own, inB.get(name) ?? []),
  );
  return withRest(both, a, b);
}

/** The sessions of one name, those with most in common first. */
function alike(a: readonly ComparedSession[], b: readonly ComparedSession[]) {
  const byOccurrence = a.flatMap((one, at) => {
    const other = b[at];
    return other ? [{ a: one, b: other }] : [];
  });
  if (Math.max(a.length, b.length) <= 1) return byOccurrence;
  if (Math.max(a.length, b.length) > MOST_ALIKE) return byOccurrence;
  const keys = new Map([...a, ...b].map((one) => [one, new Set(one.calls.map(({ key }) => key))]));
  const shared = (one: ComparedSession, other: ComparedSession): number =>
    [...(keys.get(one) ?? [])].filter((key) => keys.get(other)?.has(key)).length;
  const candidates = a
    .flatMap((one) => b.map((other) => ({ a: one, b: other, shared: shared(one, other) })))
    .sort((x, y) => y.shared - x.shared || apart(x) - apart(y) || x.a.occurrence - y.a.occurrence);
  const used = new Set<ComparedSession>();
  return candidates.filter((one) => {
    if (used.has(one.a) || used.has(one.b)) return false;
    used.add(one.a).add(one.b);
    return true;
  });
}

function apart({ a, b }: Two<ComparedSession>): number {
  return Math.abs(a.occurrence - b.occurrence);
}

/** `fresh`: the calls of both sides with what their servers minted replaced by where it came from. */
export function pairCalls(
  { a, b }: Two<ComparedSession>,
  fresh: (call: ComparedCall) => string,
): Paired<ComparedCall> {
  const exact = align(
    a.calls.map(({ key }) => key),
    b.calls.map(({ key }) => key),
  );
  const left = leftOf(exact, a.calls.length, b.calls.length);
  const moved = equalAnywhere(left, a.calls, b.calls);
  const near = [fresh, aboutOf, methodOf].flatMap((keyOf) =>
    betweenPairs([...exact], left, { a: a.calls, b: b.calls, keyOf }),
  );
  const both = [...exact, ...moved, ...near]
    .sort(([one], [other]) => one - other)
    .map(([i, j]) => ({ a: a.calls[i] as ComparedCall, b: b.calls[j] as ComparedCall }));
  return withRest(both, a.calls, b.calls);
}

const aboutOf = ({ about }: ComparedCall): string => about;
const methodOf = ({ call }: ComparedCall): string => `${call.from} ${call.method}`;

/** The places that are not paired yet. */
interface Left {
  readonly a: Set<number>;
  readonly b: Set<number>;
}

function leftOf(pairs: readonly Pair[], countA: number, countB: number): Left {
  const left = { a: new Set(Array(countA).keys()), b: new Set(Array(countB).keys()) };
  take(left, pairs);
  return left;
}

function take(left: Left, pairs: readonly Pair[]): readonly Pair[] {
  for (const [i, j] of pairs) {
    left.a.delete(i);
    left.b.delete(j);
  }
  return pairs;
}

/** Equal calls that stand at another place: each with the first that is left. */
function equalAnywhere(
  left: Left,
  a: readonly ComparedCall[],
  b: readonly ComparedCall[],
): readonly Pair[] {
  const byKey = groupBy(left.b, (at) => b[at]?.key);
  const pairs = [...left.a].flatMap((at): Pair[] => {
    const other = byKey.get(a[at]?.key)?.shift();
    return other === undefined ? [] : [[at, other]];
  });
  return take(left, pairs);
}

interface Near {
  readonly a: readonly ComparedCall[];
  readonly b: readonly ComparedCall[];
  readonly keyOf: (call: ComparedCall) => string;
}

/** Pairs what is left between two neighbouring exact pairs by another key. */
function betweenPairs(exact: readonly Pair[], left: Left, { a, b, keyOf }: Near): readonly Pair[] {
  const [inA, inB] = [[...left.a], [...left.b]];
  const pairs: Pair[] = [];
  let [nextA, nextB] = [0, 0];
  for (const [endA, endB] of [...exact, [a.length, b.length] as const]) {
    const [fromA, fromB] = [nextA, nextB];
    while (nextA < inA.length && (inA[nextA] as number) < endA) nextA++;
    while (nextB < inB.length && (inB[nextB] as number) < endB) nextB++;
    if (nextA === fromA || nextB === fromB) continue;
    const [gapA, gapB] = [inA.slice(fromA, nextA), inB.slice(fromB, nextB)];
    const found = align(
      gapA.map((at) => keyOf(a[at] as ComparedCall)),
      gapB.map((at) => keyOf(b[at] as ComparedCall)),
    );
    for (const [i, j] of found) pairs.push([gapA[i] as number, gapB[j] as number]);
  }
  return take(left, pairs);
}

function withRest<T>(both: readonly Two<T>[], a: readonly T[], b: readonly T[]): Paired<T> {
  const [inA, inB] = [new Set(both.map((one) => one.a)), new Set(both.map((one) => one.b))];
  return {
    both,
    onlyA: a.filter((one) => !inA.has(one)),
    onlyB: b.filter((one) => !inB.has(one)),
  };
}
