/**
 * Which call of one run is which of the others, for many runs at once, whoever is good or bad.
 * Calls that ask for the same in most runs are one; what asks for something else each time is one by
 * what it is about and how many such there were before.
 */
import { groupBy } from '../../model/group.ts';
import { member } from '../../model/json.ts';
import {
  type ComparedCall,
  type ComparedSession,
  comparedSessions,
  labelOf,
  type Side,
  titleOf,
} from './calls.ts';
import { freshKeys } from './origins.ts';
import { pairSessions } from './pairing.ts';

/** One call as it was made in the runs; undefined where a run has none. */
export interface Identity {
  readonly session: string;
  /** As a sentence names it; with its number where several have one name. */
  readonly name: string;
  readonly inRuns: readonly (ComparedCall | undefined)[];
}

export interface AlignedRuns {
  /** The sessions of each run by the label they have in all of them. */
  readonly sessions: readonly ReadonlyMap<string, ComparedSession>[];
  /** When the first call of each run was made, in µs of its clock. */
  readonly starts: readonly number[];
  /** In the order in which they mostly come. */
  readonly identities: readonly Identity[];
}

/** Calls that so many of the runs make alike are the same call. */
const MOST_RUNS = 0.8;

export function alignRuns(runs: readonly Side[]): AlignedRuns {
  const sessions = labelled(runs.map(comparedSessions));
  const made = sessions.flatMap((own, run) => madeIn(own, run));
  const alike = [...groupBy(made, ({ same }) => same).values()];
  const needed = Math.max(2, MOST_RUNS * runs.length);
  const [steady, others] = [
    alike.filter((calls) => calls.length >= needed),
    alike.filter((calls) => calls.length < needed).flat(),
  ];
  const identities = [
    ...steady.map((calls) => identityOf(calls, runs.length, true)),
    ...byPlace(others).map((calls) => identityOf(calls, runs.length, false)),
  ];
  const starts = sessions.map(startOf);
  return { sessions, starts, identities: numbered(identities.sort(byTime(starts))) };
}

/** A call with what is the same of it in all runs. */
interface Made {
  readonly run: number;
  readonly session: string;
  readonly call: ComparedCall;
  readonly same: string;
}

/** The sessions of each run, labelled as those of the run that has most calls. */
function labelled(runs: readonly (readonly ComparedSession[])[]): Map<string, ComparedSession>[] {
  const model = runs.reduce<readonly ComparedSession[]>(
    (most, own) => (countOf(own) > countOf(most) ? own : most),
    [],
  );
  return runs.map((own) => {
    const { both, onlyB } = pairSessions(model, own);
    const found = new Map(both.map(({ a, b }) => [labelOf(a), b]));
    for (const one of onlyB) {
      let { occurrence } = one;
      while (found.has(labelOf({ ...one, occurrence }))) occurrence++;
      found.set(labelOf({ ...one, occurrence }), one);
    }
    return found;
  });
}

function countOf(sessions: readonly ComparedSession[]): number {
  return sessions.reduce((sum, { calls }) => sum + calls.length, 0);
}

function madeIn(sessions: ReadonlyMap<string, ComparedSession>, run: number): Made[] {
  const keys = freshKeys([...sessions.values()]);
  return [...sessions].flatMap(([session, { calls }]) => {
    const seen = new Map<string, number>();
    return calls.map((call) => {
      const key = keys.get(call) ?? '';
      const before = seen.get(key) ?? 0;
      seen.set(key, before + 1);
      return { run, session, call, same: JSON.stringify([session, key, before]) };
    });
  });
}

/** Calls that ask for something else each time, by what they are about and their place among such. */
function byPlace(made: readonly Made[]): Made[][] {
  const seen = new Map<string, number>();
  const placed = groupBy(made, ({ run, session, call }) => {
    const about = JSON.stringify([session, call.about]);
    const before = seen.get(`${run} ${about}`) ?? 0;
    seen.set(`${run} ${about}`, before + 1);
    return `${before} ${about}`;
  });
  return [...placed.values()];
}

function identityOf(made: readonly Made[], runs: number, steady: boolean): Identity {
  const inRuns = new Array<ComparedCall | undefined>(runs).fill(undefined);
  for (const { run, call } of made) inRuns[run] = call;
  const [first] = made as [Made];
  return { session: first.session, name: nameOf(first, steady), inRuns };
}

function startOf(sessions: ReadonlyMap<string, ComparedSession>): number {
  const starts = [...sessions.values()].map(
    ({ calls }) => calls[0]?.start ?? Number.POSITIVE_INFINITY,
  );
  return starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
}

function byTime(starts: readonly number[]): (a: Identity, b: Identity) => number {
  const times = new Map<Identity, number>();
  const timeOf = (one: Identity): number => {
    const known = times.get(one) ?? median(timesIn(one.inRuns, starts));
    times.set(one, known);
    return known;
  };
  return (a, b) => timeOf(a) - timeOf(b);
}

function timesIn(inRuns: Identity['inRuns'], starts: readonly number[]): number[] {
  return inRuns.flatMap((call, run) => (call ? [call.start - (starts[run] as number)] : []));
}

/** What a sentence holds of the arguments of a call. */
const LONGEST = 100;

/** `steady`: all runs ask for the same, so that it is part of the name. */
function nameOf({ session, call }: Made, steady: boolean): string {
  const title = `${session} ${titleOf(call)}`;
  const asked = JSON.stringify(member(call.params, 'arguments')) ?? '{}';
  if (!steady || asked === '{}') return title;
  return `${title} ${asked.length > LONGEST ? `${asked.slice(0, LONGEST)}…` : asked}`;
}

/** Calls of one name get a number, by when they come. */
function numbered(identities: readonly Identity[]): Identity[] {
  const totals = new Map<string, number>();
  for (const { name } of identities) totals.set(name, (totals.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return identities.map((identity) => {
    const { name } = identity;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return (totals.get(name) ?? 0) > 1
      ? { ...identity, name: `${name} (no. ${number})` }
      : identity;
  });
}

/** The middle number, or the mean of the two in the middle; infinity of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.POSITIVE_INFINITY;
  if (sorted.length % 2 === 1) return sorted[half] as number;
  return ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
