/**
 * Where two sides part first. Differences are put in the order of time of the first side, which is
 * one order of cause and effect; what only the other side has stands behind the last call before it
 * that both have.
 */
import { type ComparedCall, titleOf } from './calls.ts';
import type { DefinitionChange } from './definitions.ts';
import type { Found } from './differences.ts';
import type { Two } from './pairing.ts';
import type { Reordered } from './reordered.ts';

export interface Divergence {
  readonly what: 'asked' | 'answered' | 'only-a' | 'only-b' | 'reordered' | 'definition';
  /** The call, or the tool, prompt or resource that is defined. */
  readonly title: string;
  /**
   * The message on each side. Where one side has no such call, the last request before it that both
   * have; none when there is none.
   */
  readonly a?: string;
  readonly b?: string;
  /** The first place that differs. */
  readonly pointer?: string;
  readonly inside?: string;
}

export interface Parted extends Pick<Found, 'differences'> {
  readonly both: readonly Two<ComparedCall>[];
  readonly onlyA: readonly ComparedCall[];
  readonly onlyB: readonly ComparedCall[];
  readonly reordered: readonly Reordered[];
  readonly definitions: readonly DefinitionChange[];
}

/** A divergence with its time on the first side, and behind that on the other. */
type Timed = readonly [divergence: Divergence, time: number, behind: number];

export function firstDivergence(parted: Parted): Divergence | undefined {
  const all: Timed[] = [
    ...parted.differences.map(changed),
    ...lone(parted.onlyA, parted.both, 'a'),
    ...lone(parted.onlyB, parted.both, 'b'),
    ...parted.reordered.map(swapped),
    ...defined(parted),
  ];
  let first: Timed | undefined;
  for (const one of all) if (!first || isEarlier(one, first)) first = one;
  return first?.[0];
}

function isEarlier([, time, behind]: Timed, [, other, otherBehind]: Timed): boolean {
  return time < other || (time === other && behind < otherBehind);
}

function changed({ pair, changes, outcome }: Parted['differences'][number]): Timed {
  const { a, b } = pair;
  const [change] = changes;
  const place = change
    ? {
        pointer: change.pointer,
        ...(change.inside === undefined ? {} : { inside: change.inside }),
      }
    : {};
  const isAsked = change?.pointer.startsWith('/params') === true;
  if (isAsked) {
    const about = { title: titleOf(a), a: a.reference, b: b.reference };
    return [{ what: 'asked', ...about, ...place }, a.start, 0];
  }
  const references = {
    a: a.answerReference ?? a.reference,
    b: b.answerReference ?? b.reference,
  };
  const where = outcome ? {} : place;
  return [{ what: 'answered', title: titleOf(a), ...references, ...where }, a.end, 0];
}

/** Calls of one side only, each behind the last one before it that both sides have. */
function lone(
  calls: readonly ComparedCall[],
  both: readonly Two<ComparedCall>[],
  side: 'a' | 'b',
): Timed[] {
  const sorted = [...both].sort((x, y) => x[side].start - y[side].start);
  const inTime = [...calls].sort((x, y) => x.start - y.start);
  let next = 0;
  return inTime.map((call): Timed => {
    while ((sorted[next]?.[side].start ?? Number.POSITIVE_INFINITY) < call.start) next++;
    const before = sorted[next - 1];
    const own = { title: titleOf(call), [side]: call.reference };
    const other = side === 'a' ? 'b' : 'a';
    const beside = before ? { [other]: before[other].reference } : {};
    const time = side === 'a' ? call.start : (before?.a.start ?? Number.NEGATIVE_INFINITY);
    const what = side === 'a' ? 'only-a' : 'only-b';
    return [{ what, ...own, ...beside }, time, side === 'a' ? 0 : 1];
  });
}

function swapped({ moved, past }: Reordered): Timed {
  const time = Math.min(moved.a.start, past.a.start);
  const references = { a: moved.a.reference, b: moved.b.reference };
  return [{ what: 'reordered', title: titleOf(moved.a), ...references }, time, 0];
}

function defined({ definitions, both }: Parted): Timed[] {
  const [ends, twins] = [new Map<string, number>(), new Map<string, number>()];
  for (const { a, b } of both) {
    if (a.answerReference !== undefined) ends.set(a.answerReference, a.end);
    if (b.answerReference !== undefined) twins.set(b.answerReference, a.end);
  }
  return definitions.map(({ kind, name, a, b, changes }): Timed => {
    const time = ends.get(a ?? '') ?? twins.get(b ?? '') ?? Number.POSITIVE_INFINITY;
    const references = { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
    const [change] = changes;
    const place = change ? { pointer: change.pointer } : {};
    return [{ what: 'definition', title: `${kind} ${name}`, ...references, ...place }, time, 0];
  });
}
