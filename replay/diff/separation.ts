/**
 * What separates good runs from bad ones: every call, value, order, definition and duration that
 * some of them have and others have not, ranked by how unlikely such a difference is by chance,
 * given how many things were looked at. Pure, and the same for the same input.
 */
import type { Side } from './calls.ts';
import {
  bitsOf,
  fisher,
  type Labelling,
  labellings,
  type Partition,
  partitionChances,
  rankChances,
  waysToChoose,
} from './chance.ts';
import { durationOf } from './differences.ts';
import { FEATURE_KINDS, type Feature, type FeatureKind, featuresOf } from './features.ts';
import { type AlignedRuns, alignRuns, median } from './identities.ts';

/** Chances up to this are told as no chance. */
export const LEVEL = 0.05;
/**
 * How the level is shared: what runs have or have not, and how long calls take. Durations are many
 * and each deals all runs in two halves, so that together with them nothing else would be told.
 */
const SHARE = { features: 0.8, durations: 0.2 };

export interface Separation {
  readonly kind: FeatureKind | 'duration';
  /** Holds in the runs that have it; recorded text in it is hostile. */
  readonly statement: string;
  /** In how many of the runs where it can be told; of durations, the middle in µs. */
  readonly good: Counted | Measured;
  readonly bad: Counted | Measured;
  /** The chance of it by itself; and that the best of all that was looked at is as good. */
  readonly chance: number;
  readonly adjusted: number;
  readonly confident: boolean;
  /** A message of a good run, and of a bad one, that shows it or where it is missing. */
  readonly examples: { readonly good?: string; readonly bad?: string };
  /** What the very same runs have or lack, so that nothing tells it from this; at most 50 of all. */
  readonly with: readonly Companion[];
  readonly withCount: number;
}

export interface Companion {
  readonly kind: FeatureKind;
  readonly statement: string;
  /** Of which runs it holds more often. */
  readonly in: 'good' | 'bad';
}

export interface Counted {
  readonly having: number;
  readonly of: number;
}

export interface Measured {
  readonly median: number;
}

export interface SeparationReport {
  readonly good: number;
  readonly bad: number;
  /** No difference whatever could be told from chance with so few runs. */
  readonly tooFew: boolean;
  /** The chance, adjusted, of something that all good runs have and no bad one. */
  readonly attainable: number;
  /** How many different things were looked at, and how many were left out as too many. */
  readonly considered: number;
  readonly leftOut: number;
  /** How often labels were dealt anew; all ways, or a sample. */
  readonly labellings: { readonly count: number; readonly exact: boolean };
  /** The best first. */
  readonly separations: readonly Separation[];
}

/** Beyond these nothing is looked at, so that work stays bounded. */
const MOST_PARTITIONS = 4000;
const MOST_MEASURES = 1000;
const MOST_WITH = 50;

export function separate(good: readonly Side[], bad: readonly Side[]): SeparationReport {
  const count = good.length + bad.length;
  const aligned = alignRuns([...good, ...bad]);
  const given = Array.from({ length: good.length }, (_, run) => run);
  const dealt = labellings(count, given);
  const labels: Labels = {
    good: good.length,
    bits: bitsOf(count, (run) => run < good.length),
    dealt,
  };
  const groups = groupsOf(featuresOf(aligned));
  const measures = measuresOf(aligned);
  const attainable = perfect(good.length, bad.length) / SHARE.features;
  const tooFew = !(attainable <= LEVEL);
  const found = [
    ...ofFeatures(groups.slice(0, MOST_PARTITIONS), labels),
    ...ofDurations(measures.slice(0, MOST_MEASURES), labels),
  ];
  const leftOut =
    Math.max(0, groups.length - MOST_PARTITIONS) + Math.max(0, measures.length - MOST_MEASURES);
  return {
    good: good.length,
    bad: bad.length,
    tooFew,
    attainable: Math.min(1, attainable),
    considered: groups.length + measures.length - leftOut,
    leftOut,
    labellings: { count: dealt.list.length, exact: dealt.exact },
    separations: found.sort(byRank).map(({ time: _, ...separation }) => separation),
  };
}

interface Labels {
  /** The first so many runs are the good ones. */
  readonly good: number;
  readonly bits: Labelling;
  readonly dealt: ReturnType<typeof labellings>;
}

type Ranked = Separation & { readonly time: number };

/** The chance of a perfect difference: it is the same whichever of the two sets has it. */
function perfect(good: number, bad: number): number {
  if (good === 0 || bad === 0) return 1;
  if (waysToChoose(good + bad, good) === Number.POSITIVE_INFINITY) return 0;
  return fisher({ runs: good + bad, good, having: good, goodHaving: good });
}

function byRank(a: Ranked, b: Ranked): number {
  return (
    a.adjusted - b.adjusted ||
    a.chance - b.chance ||
    a.time - b.time ||
    rankOf(a.kind) - rankOf(b.kind) ||
    (a.statement < b.statement ? -1 : 1)
  );
}

function rankOf(kind: Separation['kind']): number {
  return kind === 'duration' ? FEATURE_KINDS.length : FEATURE_KINDS.indexOf(kind);
}

/** Features that the same runs have, or just the others, are the same evidence. */
function groupsOf(features: readonly Feature[]): Feature[][] {
  const groups = new Map<string, Feature[]>();
  for (const feature of features) {
    const key = signature(feature.has);
    const group = groups.get(key);
    if (group) group.push(feature);
    else groups.set(key, [feature]);
  }
  const first = (a: Feature, b: Feature): number =>
    a.time - b.time || rankOf(a.kind) - rankOf(b.kind) || (a.statement < b.statement ? -1 : 1);
  return [...groups.values()].map((group) => group.sort(first));
}

function signature(has: Feature['has']): string {
  const first = has.find((value) => value !== undefined);
  return has.map((value) => (value === undefined ? '-' : value === first ? '1' : '0')).join('');
}

function ofFeatures(groups: readonly Feature[][], labels: Labels): Ranked[] {
  const partitions = groups.map(([feature]) => partitionOf(feature as Feature));
  const { alone, among } = partitionChances(partitions, labels.bits, labels.dealt);
  return groups.map((group, at) => {
    const [feature, ...others] = group as [Feature, ...Feature[]];
    const adjusted = Math.min(1, (among[at] as number) / SHARE.features);
    const { kind, statement, time, has } = feature;
    const [good, bad] = [has.slice(0, labels.good), has.slice(labels.good)];
    return {
      kind,
      statement,
      good: countedIn(good),
      bad: countedIn(bad),
      chance: alone[at] as number,
      adjusted,
      confident: adjusted <= LEVEL,
      examples: examplesOf(feature, labels.good),
      with: others.slice(0, MOST_WITH).map((other) => companionOf(other, labels.good)),
      withCount: others.length,
      time,
    };
  });
}

function companionOf({ kind, statement, has }: Feature, goodCount: number): Companion {
  const [good, bad] = [countedIn(has.slice(0, goodCount)), countedIn(has.slice(goodCount))];
  const isBad = bad.having * good.of > good.having * bad.of;
  return { kind, statement, in: isBad ? 'bad' : 'good' };
}

function partitionOf({ has }: Feature): Partition {
  return {
    known: bitsOf(has.length, (run) => has[run] !== undefined),
    having: bitsOf(has.length, (run) => has[run] === true),
  };
}

function countedIn(has: Feature['has']): Counted {
  return {
    having: has.filter((value) => value === true).length,
    of: has.filter((value) => value !== undefined).length,
  };
}

/** Of each set a run that is as most of it are. */
function examplesOf({ has, references }: Feature, good: number): Separation['examples'] {
  const typical = (from: number, to: number): string | undefined => {
    const runs = Array.from({ length: to - from }, (_, at) => from + at);
    const { having, of } = countedIn(has.slice(from, to));
    const usual = 2 * having >= of;
    const run = runs.find((at) => has[at] === usual && references[at] !== undefined);
    return run === undefined ? undefined : references[run];
  };
  const [one, other] = [typical(0, good), typical(good, has.length)];
  return {
    ...(one === undefined ? {} : { good: one }),
    ...(other === undefined ? {} : { bad: other }),
  };
}

interface Measure {
  readonly statement: string;
  readonly micros: readonly number[];
  readonly references: readonly (string | undefined)[];
  readonly time: number;
}

/** How long each call took that every run made and got an answer to. */
function measuresOf({ identities, starts }: AlignedRuns): Measure[] {
  return identities.flatMap((identity) => {
    const { inRuns } = identity;
    const micros = inRuns.flatMap((call) => (call && durationOf(call)) ?? []);
    if (micros.length < inRuns.length || new Set(micros).size <= 1) return [];
    const ends = inRuns.map((call, run) => (call?.end ?? 0) - (starts[run] as number));
    return [
      {
        statement: `${identity.name} took longer`,
        micros,
        references: inRuns.map((call) => call?.answerReference),
        time: median(ends),
      },
    ];
  });
}

function ofDurations(measures: readonly Measure[], labels: Labels): Ranked[] {
  const { alone, among } = rankChances(
    measures.map(({ micros }) => micros),
    labels.bits,
    labels.dealt,
  );
  return measures.map(({ statement, micros, references, time }, at) => {
    const adjusted = Math.min(1, (among[at] as number) / SHARE.durations);
    const [good, bad] = [references[0], references[labels.good]];
    return {
      kind: 'duration',
      statement,
      good: { median: median(micros.slice(0, labels.good)) },
      bad: { median: median(micros.slice(labels.good)) },
      chance: alone[at] as number,
      adjusted,
      confident: adjusted <= LEVEL,
      examples: {
        ...(good === undefined ? {} : { good }),
        ...(bad === undefined ? {} : { bad }),
      },
      with: [],
      withCount: 0,
      time,
    };
  });
}
