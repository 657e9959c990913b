/**
 * The judgement on one read: which of the writes that it should show are gone.
 *
 * What a read can show is learned from the writes that it does show: only arguments of the same tool
 * that are seen there are looked for. And a read that lacks a write which nobody disturbed shows a
 * part of what there is, so that nothing can be said from it.
 */
import { groupBy } from '../../model/group.ts';
import { textsIn } from '../footprint/leaves.ts';
import { type Operation, resultOf } from '../footprint/operation.ts';
import { spansOf } from '../spans.ts';
import { type Answers, answersOf, didIts } from './answers.ts';
import type { Cuts } from './cuts.ts';
import { doubtOf } from './doubt.ts';
import { type Effect, effectOf, type Name, type Trace } from './effects.ts';
import { plain, type Sort, wordsIn } from './features.ts';
import type { LostUpdates, LostWrite } from './found.ts';
import type { Candidate, Group } from './groups.ts';
import { isItemIn } from './items.ts';
import type { Mentions } from './mentions.ts';
import { isPut, mayExpire, namespaceOf } from './puts.ts';
import type { Removals } from './removals.ts';

/** The writes that one read should show. */
export interface Case {
  readonly group: Group;
  readonly read: Operation;
  readonly writes: readonly Candidate[];
  readonly mentions: Mentions;
  readonly removals: Removals;
  readonly cuts: Cuts;
}

/** A write with what tells of it alone, as far as the read could know. */
export interface Told {
  readonly write: Operation;
  readonly overlapped: boolean;
  readonly traces: readonly Trace[];
  readonly names: Effect['names'];
  readonly switches: Effect['switches'];
  /** The read shows one of the traces. */
  readonly isShown: boolean;
}

export function judge(at: Case): LostUpdates | undefined {
  const told = at.writes.map((candidate) => tell(candidate, at));
  const there = told.filter(({ isShown }) => isShown);
  const shown = shownBy(there, at);
  const question = { ...at, shown };
  const checked = told.flatMap((one) => {
    const trace = one.traces.find((each) => isSure(each, one, question));
    return trace ? [{ one, trace }] : [];
  });
  const missing = checked.filter(({ one }) => isGone(one, question));
  const gone = missing.flatMap(({ one }) => {
    if (isInserted(one, shown.text, missing.length)) return [];
    const trace = one.traces.find(
      (each) => isSure(each, one, question) && !isJoined(each, one, question, missing.length),
    );
    return trace ? [{ one, trace }] : [];
  });
  // A write that nobody disturbed is there, or the read does not show everything.
  if (gone.some(({ one }) => !one.overlapped)) return undefined;
  const writesThere = there.map(({ write }) => write);
  const lost = explained(gone, writesThere);
  const [first, ...rest] = lost.sort((a, b) => a.write.start - b.write.start);
  if (!first) return undefined;
  const doubt = doubtOf({ ...at, told, there, gone: gone.map(({ one }) => one) });
  if (doubt === 'no-evidence') return undefined;
  return {
    ...(doubt ? { doubt } : {}),
    group: at.group,
    read: at.read,
    lost: [first, ...rest],
    of: checked.length,
    inOneServer: areInOneServer(lost, writesThere),
    confidence: lost.reduce(
      (least, { write }) => Math.min(least, write.confidence),
      at.read.confidence,
    ),
  };
}

function tell({ write, overlapped }: Candidate, { mentions, read }: Case): Told {
  const { traces, ...rest } = effectOf(write);
  // What was there before it, or was named by others, tells nothing of it.
  const own = traces.filter(
    ({ found: { feature } }) =>
      mentions.namedByOthers(feature, write) > read.end && !mentions.wasShown(read, feature, write),
  );
  const isShown = own.some(({ found }) => mentions.shows(read, found.feature));
  return { ...rest, write, overlapped, traces: own, isShown };
}

/** What the writes that are there teach about the others. */
interface Shown {
  /** Arguments of tools, the sorts of features apart, that the read shows of some write. */
  readonly places: ReadonlySet<string>;
  readonly switches: ReadonlySet<string>;
  readonly answers: Answers;
  /** Where something was put that is there. */
  readonly namespaces: ReadonlySet<string | undefined>;
  /** The read as one plain text, and without what parts its words. */
  readonly text: string;
  letters(): string;
  /** Whether what this tool adds is shown as one of a list. */
  isListed(tool: string): boolean;
}

interface Question extends Case {
  readonly shown: Shown;
}

function shownBy(there: readonly Told[], { mentions, read }: Case): Shown {
  const places = new Set<string>();
  const switches = new Set<string>();
  for (const { write, traces, switches: own } of there) {
    for (const trace of traces) {
      if (mentions.shows(read, trace.found.feature)) places.add(placeOf(write, trace));
    }
    for (const [pattern, value] of own) switches.add(`${write.tool} ${pattern} ${value}`);
  }
  const text = plain(textsIn(resultOf(read)).join('\n'));
  const listed = new Map<string, boolean>();
  let letters: string | undefined;
  return {
    ...{ places, switches, answers: answersOf(there), text },
    namespaces: new Set(there.flatMap(({ write }) => (isPut(write) ? [namespaceOf(write)] : []))),
    letters() {
      letters ??= wordsIn(text).join('');
      return letters;
    },
    isListed(tool) {
      const known = listed.get(tool) ?? areItems(there, tool, read);
      listed.set(tool, known);
      return known;
    },
  };
}

/** So many writes that are there are asked whether they are items of a list. */
const ASKED = 8;

function areItems(there: readonly Told[], tool: string, read: Operation): boolean {
  const own = there.filter(({ write }) => write.tool === tool).slice(-ASKED);
  return own.some(({ write, traces }) => {
    const names = write.keys.map(({ value }) => value);
    return [...new Set(traces.map(({ value }) => value))].some((value) =>
      isItemIn(read, value, names),
    );
  });
}

/** The read would show it, and no edit can have cut it. */
function isSure(trace: Trace, { write }: Told, { shown, cuts, read }: Question): boolean {
  if (!shown.places.has(placeOf(write, trace))) return false;
  return !cuts.mayHaveCut(write, trace.found, { start: write.start, end: read.end });
}

function isGone(told: Told, at: Question): boolean {
  const { write, traces, names, isShown } = told;
  const { read, mentions, removals } = at;
  if (isShown || traces.some((trace) => isShownLater(trace, write, at))) return false;
  const span = { start: write.start, end: read.end };
  if (removals.mayHaveRemoved(write, span)) return false;
  if (removals.mayHaveReplaced(write, span) && !at.shown.isListed(write.tool)) return false;
  // Where something of its name was already, nothing may have been created.
  if (names.some(({ key }) => mentions.namedByOthers(key, write) <= read.end)) return false;
  if (names.some((name) => isNameShown(name, at))) return false;
  if (mayExpire(write) || !didIts(told, at.shown.answers)) return false;
  return isPut(write) ? isKeyGone(told, at) : !isSetApart(told, at);
}

/** What is put under a key that was there before replaces it; only a new key shows that it is gone. */
function isKeyGone({ write, traces }: Told, { read, mentions, shown }: Question): boolean {
  const namespace = namespaceOf(write);
  return (
    namespace !== undefined &&
    shown.namespaces.has(namespace) &&
    traces.some(({ pattern }) => pattern === `/${write.keys[0]?.argument}`) &&
    !traces.some(({ found }) => mentions.wasShownSince(write, read, found.feature))
  );
}

function isNameShown({ features }: Name, { mentions, read }: Case): boolean {
  return features.length > 0 && features.every((feature) => mentions.shows(read, feature));
}

/** A later read shows it, before anybody wrote it again. */
function isShownLater({ found }: Trace, write: Operation, { mentions, read }: Case): boolean {
  const later = mentions.shownAfter(read, found.feature);
  return later !== undefined && later.start <= mentions.namedByOthers(found.feature, write);
}

const SORTS: readonly Sort[] = ['word', 'pair', 'compound', 'line'];

/** So many characters are looked through for texts that met others, before that is given up. */
const MOST_LOOKED_AT = 2e9;

/** Whether a text that was put into another stands there, its ends grown together with other words. */
function isInserted({ write, traces }: Told, text: string, askers: number): boolean {
  if (!(write.edits || write.kind === 'A') || askers * text.length > MOST_LOOKED_AT) return false;
  const values = new Set(traces.map(({ value }) => value));
  return [...values].some((value) => text.includes(plain(value).trim()));
}

/** Whether its words may all be there, though grown together with others. */
function isJoined(
  { found: { words, from, to } }: Trace,
  { write }: Told,
  { cuts, read, shown: { text, letters } }: Question,
  askers: number,
): boolean {
  const where = cuts.mayHaveJoined(write, { start: write.start, end: read.end });
  if (!where) return false;
  if (askers * text.length > MOST_LOOKED_AT) return true;
  const own = words.slice(from, to);
  return where === 'inside'
    ? own.every((word) => text.includes(word))
    : letters().includes(own.join(''));
}

/** Lists hide by switches that they do not name: done, private, archived. */
function isSetApart({ write, switches }: Told, { read, shown }: Question): boolean {
  if (read.kind !== 'L') return false;
  return switches.some(([pattern, value]) => {
    const place = `${write.tool} ${pattern}`;
    const isShown = SORTS.some((sort) => shown.places.has(`${place} ${sort}`));
    return !isShown && !shown.switches.has(`${place} ${value}`);
  });
}

/** Those of which a write that is there ran at the same time: nothing else explains them. */
function explained(
  gone: readonly { readonly one: Told; readonly trace: Trace }[],
  there: readonly Operation[],
): LostWrite[] {
  const spans = spansOf(there);
  return gone.flatMap(({ one: { write }, trace }) => {
    const overwrittenBy = spans.lastOverlapping(write, write);
    const pointer = `/params/arguments${trace.pointer}`;
    return overwrittenBy ? [{ write, pointer, overwrittenBy }] : [];
  });
}

function areInOneServer(lost: readonly LostWrite[], there: readonly Operation[]): boolean {
  const bySession = groupBy(there, ({ call }) => call.session);
  const spans = new Map([...bySession].map(([session, list]) => [session, spansOf(list)]));
  return lost.every(({ write }) => spans.get(write.call.session)?.lastOverlapping(write, write));
}

function placeOf({ tool }: Operation, { pattern, found }: Trace): string {
  return `${tool} ${pattern} ${found.sort}`;
}
