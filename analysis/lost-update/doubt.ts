/**
 * Doubt: what a read that lacks a write is worth as evidence that the write is gone.
 *
 * Nothing, where it only sums up, says itself that there is more, or shows as many things as there should
 * be, so that the server keeps them under other words. Little, where such reads show a part by custom,
 * or somebody takes from what is listed: a queue, a ranking, a log that drops its oldest entries.
 */
import { catalogs, currentOffers } from '../../model/catalog.ts';
import { isObject, member } from '../../model/json.ts';
import { leavesOf, textsIn } from '../footprint/leaves.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import { nounOf } from '../footprint/places.ts';
import { singular, wordsOf } from '../footprint/words.ts';
import { type Feature, visibleIn, wordsIn } from './features.ts';
import type { Doubt } from './found.ts';
import type { Case, Told } from './judge.ts';
import { type List, type Parts, partsOf } from './parts.ts';
import { isPut } from './puts.ts';

interface Question extends Pick<Case, 'group' | 'read'> {
  readonly told: readonly Told[];
  readonly there: readonly Told[];
  readonly gone: readonly Told[];
}

/** Undefined where nothing speaks against it; `no-evidence` where nothing can be said from the read. */
export function doubtOf(at: Question): Doubt | 'no-evidence' | undefined {
  const { read, gone } = at;
  // What a file holds is what was written to it, whatever it says.
  const isFile = read.keys.some(({ absolute }) => absolute);
  if (
    isFile ||
    gone.some(({ write }) => write.edits || !('CA'.includes(write.kind) || isPut(write)))
  )
    return undefined;
  const parts = partsOf(read, gone.some(hasNumbers));
  if (parts.saysMore || !isListed(at, parts)) return 'no-evidence';
  return rewrittenIn(at, parts) ?? partByCustom(at, parts);
}

function hasNumbers({ write }: Told): boolean {
  const args = argumentsOf(write);
  return isObject(args) && Object.values(args).some((value) => typeof value === 'number');
}

function isListed({ there }: Question, { texts }: Parts): boolean {
  const visible = featuresIn(texts);
  return there.some(({ traces }) => traces.some(({ found }) => visible.has(found.feature)));
}

function featuresIn(texts: readonly string[]): Set<Feature> {
  const visible = new Set<Feature>();
  for (const text of texts) visibleIn(text, (feature) => visible.add(feature));
  return visible;
}

/** Whether the list has, for each write that is not there, something that nobody knows. */
function rewrittenIn(at: Question, { lists }: Parts): 'no-evidence' | undefined {
  const own = new Set(at.there.flatMap(({ traces }) => traces.map(({ found }) => found.feature)));
  const sorted = lists.map((list) => ({
    list,
    shown: list.items.map((item) => [...featuresIn(textsIn(item))].some((one) => own.has(one))),
  }));
  const best = sorted.reduce<(typeof sorted)[number] | undefined>(
    (most, one) => (countTrue(one.shown) > countTrue(most?.shown ?? []) ? one : most),
    undefined,
  );
  if (!best) return undefined;
  const { before, known } = knownBefore(at, best.list);
  const strange = best.list.items.filter(
    (item, index) =>
      !best.shown[index] && !isHead(item) && !namesOf(item).some((n) => known.has(n)),
  );
  const missing = amountOf(at.gone);
  if (strange.length < missing) return undefined;
  // All of them came since the last read: from the writes that it seems to lack.
  if (before) return 'no-evidence';
  const items = best.list.items.filter((item) => !isHead(item));
  const tools = new Set(at.gone.map(({ write }) => write.tool));
  if (items.length !== amountOf(at.told.filter(({ write }) => tools.has(write.tool))))
    return undefined;
  if (strange.length * at.gone.length > MOST_COMPARED) return undefined;
  const isLike = at.gone.every((one) => strange.some((item) => resembles(item, one)));
  return isLike ? 'no-evidence' : undefined;
}

/** So many pairs of what is missing and what is strange are compared. */
const MOST_COMPARED = 1e5;

function countTrue(all: readonly boolean[]): number {
  return all.filter(Boolean).length;
}

/** So many earlier reads are looked at. */
const LOOKED_AT = 8;

/** What reads before the first of the writes listed, and whether one was the same read. */
function knownBefore(
  { group, read, told }: Question,
  { place }: List,
): { readonly before: boolean; readonly known: ReadonlySet<string> } {
  const start = told.reduce((least, { write }) => Math.min(least, write.start), read.start);
  const reads = group.reads.filter((one) => one.end < start).slice(-LOOKED_AT);
  const parts = reads.map((one) => partsOf(one, false).lists);
  const known = parts.flatMap((lists) => lists.flatMap(({ items }) => items.flatMap(namesOf)));
  const before = reads.some(
    ({ tool }, index) => tool === read.tool && parts[index]?.some((list) => list.place === place),
  );
  return { before, known: new Set(known) };
}

/** What an item is known by: all of it, and what names it. */
function namesOf(item: unknown): string[] {
  if (!isObject(item)) return [JSON.stringify(item) ?? ''];
  const names = ['id', 'name', 'key', 'title'].flatMap((name) => {
    const value = member(item, name);
    return value === undefined ? [] : [`${name} ${JSON.stringify(value)}`];
  });
  return [JSON.stringify(item), ...names];
}

/** A line that announces a list, or parts it. */
function isHead(item: unknown): boolean {
  if (typeof item !== 'string') return false;
  const line = item.trim();
  return line.endsWith(':') || ['#', '=', '---'].some((mark) => line.startsWith(mark));
}

/** How many things the writes added: each one, or the longest list it names. */
function amountOf(told: readonly Told[]): number {
  return told.reduce((sum, { write }) => {
    const args = argumentsOf(write);
    const lists = isObject(args) ? Object.values(args).filter(Array.isArray) : [];
    return sum + Math.max(1, ...lists.map(({ length }) => length));
  }, 0);
}

const MASK = /\*\*|••|██|\[(?:redacted|removed|hidden|filtered|masked|censored)\]/i;

/** Half of the words of what was written, or what stands in place of words. */
function resembles(item: unknown, { traces }: Told): boolean {
  const texts = textsIn(item);
  if (texts.some((text) => MASK.test(text))) return true;
  const words = new Set(texts.flatMap(wordsIn));
  return [...new Set(traces.map(({ value }) => value))].some((value) => {
    const own = wordsIn(value);
    return own.filter((word) => words.has(word)).length * 2 >= own.length && own.length > 1;
  });
}

const QUEUES = new Set(['job', 'queue', 'enqueue', 'outbox', 'worker']);
const RANKINGS = new Set(['score', 'highscore', 'leaderboard', 'ranking', 'rank', 'scoreboard']);
const TAKES = new Set([
  ...[
    'dequeue',
    'claim',
    'consume',
    'lease',
    'take',
    'pop',
    'poll',
    'process',
    'ack',
    'acknowledge',
  ],
]);
const FINISHED = new Set([
  ...['done', 'finished', 'completed', 'complete', 'succeeded', 'success', 'failed', 'running'],
  ...['processing', 'cancelled', 'active', 'processed'],
]);

/** What is kept of what happened, the newest of it. */
const RECORDS = new Set(['log', 'history', 'audit', 'activity', 'trace', 'buffer', 'timeline']);

function partByCustom(at: Question, { lists }: Parts): Doubt | undefined {
  const { read, gone } = at;
  if (isNamed(read.tool, RANKINGS)) return 'ranking';
  if (isNamed(read.tool, RECORDS) && areOldest(at)) return 'rotation';
  const tools = [read.tool, ...gone.map(({ write }) => write.tool)];
  if (!tools.some((tool) => isNamed(tool, QUEUES)) && !isTakenFrom(read, gone)) return undefined;
  // A list that has finished ones as well leaves none out.
  const isWhole = lists.some(({ items }) => items.some(isFinished));
  return isWhole ? undefined : 'queue';
}

/** Whether all that is gone was answered before anything that is there, of which there is more than one. */
function areOldest({ there, gone }: Question): boolean {
  const [first, second] = there.map(({ write }) => write.end).sort((a, b) => a - b);
  return (
    first !== undefined && second !== undefined && gone.every(({ write }) => write.end < first)
  );
}

function isNamed(tool: string, words: ReadonlySet<string>): boolean {
  return wordsOf(tool).some((word) => words.has(singular(word)));
}

/** Whether the server offers to take such things, to whomever; who takes a note makes one. */
function isTakenFrom({ view }: Operation, gone: readonly Told[]): boolean {
  const nouns = new Set<string | undefined>(gone.map(({ write }) => nounOf(write.tool)));
  return currentOffers(catalogs(view)).some(({ kind, name }) => {
    if (kind !== 'tool' || !isNamed(name, TAKES)) return false;
    const things = wordsOf(name)
      .map(singular)
      .filter((word) => !TAKES.has(word));
    return things.length === 0 || things.some((word) => word !== 'note' && nouns.has(word));
  });
}

function isFinished(item: unknown): boolean {
  return leavesOf(item).some(
    ({ field, value }) =>
      /^(?:status|state|phase|stage)$/i.test(field) &&
      typeof value === 'string' &&
      FINISHED.has(value.toLowerCase()),
  );
}
