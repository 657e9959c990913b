/**
 * Sightings: where what a call was given shows afterwards, when nobody else can have brought it there.
 *
 * A text of a call's arguments tells of it when it is no common word, and no other call named it. All
 * texts of a server are walked once, however many calls are in question.
 */
import { groupBy } from '../model/group.ts';
import { leavesOf, textsIn } from './footprint/leaves.ts';
import { argumentsOf, type Operation, resultOf } from './footprint/operation.ts';
import { effectOf, type Trace } from './lost-update/effects.ts';
import { type Feature, visibleIn } from './lost-update/features.ts';
import { countOf } from './spans.ts';

export interface Sighting {
  readonly operation: Operation;
  readonly trace: Trace;
  /** The first read that shows it, and the last one that asked for the same before the call and lacks it. */
  readonly shown: Operation;
  readonly before: Operation | undefined;
}

interface Mention {
  /** The calls that named it, in the order they were sent; more than two tell no more. */
  readonly named: Operation[];
  first: Operation | undefined;
}

/** What is seen of the calls in question, each by its most telling text; `all`: all calls of one server. */
export function sightingsOf(
  questioned: readonly Operation[],
  all: readonly Operation[],
): Sighting[] {
  const traces = questioned.flatMap((operation) => {
    const trace = mostTelling(effectOf({ ...operation, kind: 'C' }).traces);
    return trace ? [{ operation, trace }] : [];
  });
  if (traces.length === 0) return [];
  const reads = all.filter(isRead).sort((a, b) => a.start - b.start);
  const mentions = mentionsOf(
    traces.map(({ trace }) => trace.found.feature),
    all,
    reads,
  );
  const sameReads = createSameReads(reads);
  return traces.flatMap(({ operation, trace }) => {
    const { named = [], first: shown } = mentions.get(trace.found.feature) ?? {};
    const isOwn = named.every(
      (other) => other.call === operation.call || other.start > (shown?.start ?? 0),
    );
    if (!shown || !isOwn || shown.start <= operation.start) return [];
    return [{ operation, trace, shown, before: sameReads.lastBefore(shown, operation.start) }];
  });
}

function isRead({ kind, ok }: Operation): boolean {
  return ok && (kind === 'R' || kind === 'L');
}

/** The longest of what stands for itself: a line or compound, a pair of words, or one long word. */
function mostTelling(traces: readonly Trace[]): Trace | undefined {
  const telling = traces.filter(
    ({ found, value }) =>
      found.sort !== 'word' || (value.length >= LONG_WORD && /^[^\s\d]+$/.test(value)),
  );
  return telling.sort((a, b) => SORTS[b.found.sort] - SORTS[a.found.sort])[0];
}

const LONG_WORD = 7;
const SORTS = { line: 3, compound: 2, pair: 1, word: 0 } as const;

function mentionsOf(
  features: readonly Feature[],
  all: readonly Operation[],
  reads: readonly Operation[],
): Map<Feature, Mention> {
  const mentions = new Map<Feature, Mention>();
  for (const feature of features) mentions.set(feature, { named: [], first: undefined });
  for (const operation of all) {
    for (const { value } of leavesOf(argumentsOf(operation))) {
      if (typeof value !== 'string') continue;
      visibleIn(value, (feature) => {
        const named = mentions.get(feature)?.named;
        if (named && named.length < 3 && named.at(-1) !== operation) named.push(operation);
      });
    }
  }
  for (const read of reads) {
    for (const text of textsIn(resultOf(read))) {
      visibleIn(text, (feature) => {
        const mention = mentions.get(feature);
        if (mention) mention.first ??= read;
      });
    }
  }
  return mentions;
}

/** So many reads may be unanswered at once before an older one is passed over. */
const LOOKED_AT = 32;

/** Reads by what they ask for. `reads`: in the order they were sent. */
function createSameReads(reads: readonly Operation[]) {
  let byRequest: Map<string, Operation[]> | undefined;
  const keyOf = (read: Operation): string =>
    `${read.tool} ${read.call.subject} ${JSON.stringify(argumentsOf(read))}`;
  return {
    lastBefore(read: Operation, start: number): Operation | undefined {
      byRequest ??= groupBy(reads, keyOf);
      const same = byRequest.get(keyOf(read)) ?? [];
      const sent = countOf(same, (one) => one.start < start);
      return same.slice(Math.max(0, sent - LOOKED_AT), sent).findLast(({ end }) => end < start);
    },
  };
}
