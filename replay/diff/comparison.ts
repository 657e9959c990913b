/**
 * Two recordings or runs compared: which calls are the same, which changed and where, which only one
 * side has, which changed places, and where the two part first. Pure, and the same for the same
 * input; times are told and never a difference.
 */
import { groupBy } from '../../model/group.ts';
import {
  type ComparedCall,
  type ComparedSession,
  comparedSessions,
  labelOf,
  type Side,
  titleOf,
} from './calls.ts';
import { type DefinitionChange, definitionChanges } from './definitions.ts';
import { type CallDifference, callDifferences, durationOf, type Found } from './differences.ts';
import { type Divergence, firstDivergence } from './divergence.ts';
import { freshKeys } from './origins.ts';
import { pairCalls, pairSessions, type Two } from './pairing.ts';
import type { Rename } from './renames.ts';
import { reorderedIn, waitedFor } from './reordered.ts';

/** A call by the names of its messages. */
export interface NamedCall {
  readonly session: string;
  readonly title: string;
  readonly request: string;
  readonly response?: string;
}

export interface ReorderedCall {
  readonly session: string;
  readonly title: string;
  readonly a: string;
  readonly b: string;
  /** The call that it stands on the other side of. */
  readonly past: { readonly title: string; readonly a: string; readonly b: string };
  /** What the first side had: it came before the other, or after. */
  readonly was: 'before' | 'after';
}

/** A call that differs; `waited`: what it came after the answer of on one side only. */
export interface ChangedCall extends CallDifference {
  readonly waited: readonly {
    readonly in: 'a' | 'b';
    readonly title: string;
    readonly a: string;
    readonly b: string;
  }[];
}

/** A session that the other side has no counterpart of. */
export interface LoneSession {
  readonly session: string;
  readonly id: string;
  readonly callCount: number;
}

export interface Comparison {
  readonly equal: boolean;
  readonly callCount: { readonly a: number; readonly b: number };
  readonly sameCount: number;
  /** Where the two part first, in the order of cause and effect of the first side. */
  readonly first?: Divergence;
  readonly changed: readonly ChangedCall[];
  readonly onlyA: readonly NamedCall[];
  readonly onlyB: readonly NamedCall[];
  readonly reordered: readonly ReorderedCall[];
  readonly definitions: readonly DefinitionChange[];
  readonly sessions: {
    readonly onlyA: readonly LoneSession[];
    readonly onlyB: readonly LoneSession[];
  };
  /** Ids that servers minted, and what each is called on both sides. No differences. */
  readonly renamed: readonly Rename[];
  /** Of the calls that both sides have and that were answered, in µs. No differences. */
  readonly durations: { readonly a: number; readonly b: number; readonly callCount: number };
}

export function compareSides(a: Side, b: Side): Comparison {
  const [inA, inB] = [comparedSessions(a), comparedSessions(b)];
  const sessions = pairSessions(inA, inB);
  const labels = new Map(
    [...inA, ...inB].flatMap((one) => one.calls.map((call) => [call, labelOf(one)] as const)),
  );
  const nameOf = (call: ComparedCall): string => labels.get(call) ?? '';
  const fresh = onceAsked(() => new Map([...freshKeys(inA), ...freshKeys(inB)]));
  const paired = sessions.both.map((pair) => pairCalls(pair, fresh));
  const both = paired.flatMap((one) => one.both);
  const onlyA = [
    ...paired.flatMap((one) => one.onlyA),
    ...sessions.onlyA.flatMap(({ calls }) => calls),
  ];
  const onlyB = [
    ...paired.flatMap((one) => one.onlyB),
    ...sessions.onlyB.flatMap(({ calls }) => calls),
  ];
  const { differences, renamed } = callDifferences(both, nameOf);
  const reordered = reorderedIn(both);
  const definitions = definitionChanges(sessions.both);
  const first = firstDivergence({ both, differences, onlyA, onlyB, reordered, definitions });
  const named = (calls: readonly ComparedCall[]) =>
    calls.map((call) => namedCall(call, nameOf(call)));
  return {
    equal: first === undefined && sessions.onlyA.length + sessions.onlyB.length === 0,
    callCount: { a: countOf(inA), b: countOf(inB) },
    sameCount: both.length - differences.length,
    ...(first ? { first } : {}),
    changed: changedCalls(differences, both),
    onlyA: named(onlyA),
    onlyB: named(onlyB),
    reordered: reordered.map(({ moved, past, wasFirst }) => ({
      session: nameOf(moved.a),
      title: titleOf(moved.a),
      a: moved.a.reference,
      b: moved.b.reference,
      past: { title: titleOf(past.a), a: past.a.reference, b: past.b.reference },
      was: wasFirst ? 'before' : 'after',
    })),
    definitions,
    sessions: { onlyA: sessions.onlyA.map(loneSession), onlyB: sessions.onlyB.map(loneSession) },
    renamed,
    durations: durationsOf(both),
  };
}

function changedCalls(
  differences: Found['differences'],
  both: readonly Two<ComparedCall>[],
): ChangedCall[] {
  const calls = differences.map(({ pair }) => pair);
  const waits = groupBy(waitedFor(both, calls), ({ call }) => call);
  return differences.map(({ pair, ...difference }) => ({
    ...difference,
    waited: (waits.get(pair) ?? []).map(({ in: side, for: { a, b } }) => ({
      in: side,
      title: titleOf(a),
      a: a.reference,
      b: b.reference,
    })),
  }));
}

/** Keys that are made of all calls at once, and only when the first is asked for. */
function onceAsked(make: () => ReadonlyMap<ComparedCall, string>): (call: ComparedCall) => string {
  let keys: ReadonlyMap<ComparedCall, string> | undefined;
  return (call) => {
    keys ??= make();
    return keys.get(call) ?? '';
  };
}

function countOf(sessions: readonly ComparedSession[]): number {
  return sessions.reduce((sum, { calls }) => sum + calls.length, 0);
}

function namedCall(call: ComparedCall, session: string): NamedCall {
  const { reference: request, answerReference } = call;
  const response = answerReference === undefined ? {} : { response: answerReference };
  return { session, title: titleOf(call), request, ...response };
}

function loneSession(session: ComparedSession): LoneSession {
  const { part, calls } = session;
  return { session: labelOf(session), id: part.view.session.id, callCount: calls.length };
}

function durationsOf(pairs: readonly Two<ComparedCall>[]): Comparison['durations'] {
  const sum = { a: 0, b: 0, callCount: 0 };
  for (const { a, b } of pairs) {
    const [one, other] = [durationOf(a), durationOf(b)];
    if (one === undefined || other === undefined) continue;
    sum.a += one;
    sum.b += other;
    sum.callCount++;
  }
  return sum;
}
