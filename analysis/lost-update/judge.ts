/**
 * The judgement on one read: which of the writes that it should show are gone.
 *
 * What a read can show is learned from the writes that it does show: only arguments of the same tool
 * that are seen there are looked for. And a read that lacks a write which nobody disturbed shows a
 * part of what there is, so that nothing can be said from it.
 */
import { textsIn } from '../footprint/leaves.ts';
import { type Operation, resultOf } from '../footprint/operation.ts';
import { spansOf } from '../spans.ts';
import type { Effect, Trace } from './effects.ts';
import { type Feature, sortOf, visibleIn } from './features.ts';
import type { LostUpdates, LostWrite } from './found.ts';
import type { Candidate, Group } from './groups.ts';
import type { Mentions } from './mentions.ts';
import type { Removals } from './removals.ts';

export interface Case {
  readonly group: Group;
  readonly read: Operation;
  readonly writes: readonly Write[];
  readonly mentions: Mentions;
  readonly removals: Removals;
}

export interface Write extends Candidate {
  readonly effect: Effect;
}

export function judge(at: Case): LostUpdates | undefined {
  const own = at.writes.map((write) => ({ ...write, traces: ownTraces(write, at) }));
  const seen = own.filter(({ traces }) =>
    traces.some(({ feature }) => at.mentions.shows(at.read, feature)),
  );
  const shown = shownBy(seen, at);
  const checked = own.flatMap((write) => {
    const sure = write.traces.find((trace) => isSure(trace, write, at, shown));
    return sure ? [{ ...write, sure }] : [];
  });
  const gone = checked.filter((write) => isGone(write, at, shown));
  // A write that nobody disturbed is there, or the read does not show everything.
  if (gone.some(({ overlapped }) => !overlapped)) return undefined;
  const there = spansOf(seen.map(({ write }) => write));
  const lost = gone.flatMap(({ write, sure }): LostWrite[] => {
    const overwrittenBy = there.lastOverlapping(write, write);
    return overwrittenBy
      ? [{ write, pointer: `/params/arguments${sure.pointer}`, overwrittenBy }]
      : [];
  });
  const [first, ...rest] = lost.sort((a, b) => a.write.start - b.write.start);
  if (!first) return undefined;
  return {
    group: at.group,
    read: at.read,
    lost: [first, ...rest],
    of: checked.length,
    inOneServer: areInOneServer(
      lost,
      seen.map(({ write }) => write),
    ),
    confidence: Math.min(at.read.confidence, ...lost.map(({ write }) => write.confidence)),
  };
}

type Own = Write & { readonly traces: readonly Trace[] };

/** The traces that tell of this write alone, as far as the read could know. */
function ownTraces({ write, effect }: Write, { mentions, read }: Case): Trace[] {
  return effect.traces.filter(({ feature }) => mentions.namedByOthers(feature, write) > read.end);
}

interface Shown {
  /** Arguments of tools, the sorts of features apart, that the read shows of some write. */
  readonly places: ReadonlySet<string>;
  /** Tools whose answers repeat what was written. */
  readonly echoing: ReadonlySet<string>;
  readonly switches: ReadonlySet<string>;
  /** Words in the answers to writes that are there. */
  readonly answers: ReadonlySet<string>;
}

function shownBy(seen: readonly Own[], at: Case): Shown {
  const places = new Set<string>();
  const echoing = new Set<string>();
  const switches = new Set<string>();
  const answers = new Set<string>();
  for (const { write, traces, effect } of seen) {
    for (const trace of traces)
      if (at.mentions.shows(at.read, trace.feature)) places.add(placeOf(write, trace));
    const words = answerOf(write);
    if (traces.some(({ feature }) => words.has(feature))) echoing.add(write.tool);
    for (const word of troublesIn(words)) answers.add(word);
    for (const [pattern, value] of effect.switches)
      switches.add(`${write.tool} ${pattern} ${value}`);
  }
  return { places, echoing, switches, answers };
}

/** The read would show it, and no edit can have cut it. */
function isSure(trace: Trace, { write }: Own, at: Case, { places }: Shown): boolean {
  if (!places.has(placeOf(write, trace))) return false;
  return !at.removals.mayHaveCut(write, trace.feature, { start: write.start, end: at.read.end });
}

function isGone(own: Own, at: Case, shown: Shown): boolean {
  const { write, traces } = own;
  const { read, removals } = at;
  const span = { start: write.start, end: read.end };
  if (traces.some(({ feature }) => isThere(feature, write, at))) return false;
  if (removals.mayHaveRemoved(write, span)) return false;
  return didIts(own, at, shown) && !isSetApart(own, at, shown);
}

/** Shown by this read, or by a later one before anybody wrote it again. */
function isThere(feature: Feature, write: Operation, { mentions, read }: Case): boolean {
  if (mentions.shows(read, feature)) return true;
  const later = mentions.shownAfter(read, feature);
  return later !== undefined && later.start <= mentions.namedByOthers(feature, write);
}

/** Words by which servers say in a result that is no error that nothing was done, or not yet. */
const TROUBLE =
  'error errors fail failed failure unable cannot denied conflict invalid exists exist already duplicate skipped ignored unchanged nothing timeout busy locked queued pending accepted scheduled rejected missing'
    .split(' ')
    .map((word): Feature => `w ${word}`);

function troublesIn(features: ReadonlySet<Feature>): Feature[] {
  return TROUBLE.filter((word) => features.has(word));
}

/** Whether its answer reads like those of the writes that are there. */
function didIts({ write, traces, effect }: Own, { mentions, read }: Case, shown: Shown): boolean {
  const words = answerOf(write);
  const said = new Set(effect.traces.map(({ feature }) => feature));
  if (troublesIn(words).some((word) => !shown.answers.has(word) && !said.has(word))) return false;
  if (shown.echoing.has(write.tool) && !traces.some(({ feature }) => words.has(feature)))
    return false;
  return effect.names.every((name) => mentions.namedByOthers(name, write) > read.end);
}

/** Lists hide by switches that they do not name: done, private, archived. */
function isSetApart({ write, effect }: Own, { read }: Case, { switches, places }: Shown): boolean {
  if (read.kind !== 'L') return false;
  return effect.switches.some(([pattern, value]) => {
    const isShown = ['w', 'p', 'c', 'l'].some((sort) =>
      places.has(`${write.tool} ${pattern} ${sort}`),
    );
    return !isShown && !switches.has(`${write.tool} ${pattern} ${value}`);
  });
}

function areInOneServer(lost: readonly LostWrite[], there: readonly Operation[]): boolean {
  const bySession = new Map<string, Operation[]>();
  for (const write of there) {
    const list = bySession.get(write.call.session);
    if (list) list.push(write);
    else bySession.set(write.call.session, [write]);
  }
  const spans = new Map([...bySession].map(([session, list]) => [session, spansOf(list)]));
  return lost.every(({ write }) => spans.get(write.call.session)?.lastOverlapping(write, write));
}

/** Every feature of what the server answered. */
function answerOf(write: Operation): Set<Feature> {
  const words = new Set<Feature>();
  for (const text of textsIn(resultOf(write))) visibleIn(text, (word) => words.add(word));
  return words;
}

function placeOf({ tool }: Operation, { pattern, feature }: Trace): string {
  return `${tool} ${pattern} ${sortOf(feature)}`;
}
