/**
 * The operations of recorded sessions as a problem to explore: their numbers, the orders that always
 * hold among them, what may not commute, and the reads that show what they came to.
 *
 * Always held are the flow of values and the rounds of a call, without which nothing can be sent; and
 * what a host knew: what it asked for after an answer it might not have asked without it. Orders that
 * only the clock gave, within a batch or between hosts, are free.
 */
import { conflictsOf } from '../../analysis/footprint/commute.ts';
import { type Operation, operationsOf } from '../../analysis/footprint/operation.ts';
import { isBefore, orderOf } from '../../analysis/order.ts';
import type { Edge } from '../../analysis/schedules.ts';
import { leavesOf } from '../../analysis/words/leaves.ts';
import { canonicalJson } from '../../model/canonical.ts';
import { parseReference } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import type { FootprintRule } from '../../model/footprint-rule.ts';
import { member } from '../../model/json.ts';
import { type Flow, tokenOf } from '../client/flow.ts';
import { type ClientLine, linesOf } from '../client/lines.ts';
import type { RecordedSession } from '../recorded.ts';
import { type Script, scriptOf } from '../script.ts';
import { flowsOf, viewOf } from './lend.ts';
import type { Explored, Problem } from './problem.ts';

/** A recorded session with all that is needed to send its lines again. */
export interface Source {
  readonly session: RecordedSession;
  readonly script: Script;
  readonly flow: Flow;
  readonly lines: readonly ClientLine[];
}

/** An operation with the line that asks for it. */
export interface Numbered {
  readonly number: number;
  readonly source: Source;
  readonly line: ClientLine;
  readonly operation: Operation;
}

/** A read at the end of every run. */
export interface Probe {
  readonly name: string;
  readonly source: Source;
  readonly line: ClientLine;
}

export interface Chosen {
  readonly problem: Problem;
  readonly operations: readonly Numbered[];
  readonly probes: readonly Probe[];
  /** Whether two operations may not commute. */
  readonly meet: Meet;
}

export function sourcesOf(sessions: readonly RecordedSession[]): Source[] {
  return [...flowsOf(sessions)].map(([session, flow]) => {
    const script = scriptOf(session);
    return { session, script, flow, lines: linesOf(script) };
  });
}

/** All operations that were answered, numbered in the order they were asked. */
export function numbered(
  sources: readonly Source[],
  footprints: readonly FootprintRule[],
): Numbered[] {
  const lineOf = new Map(
    sources.flatMap((source) =>
      source.lines.flatMap((line) => line.calls.map((call) => [call, { source, line }] as const)),
    ),
  );
  const all = operationsOf(
    sources.map(({ session }) => viewOf(session)),
    footprints,
  ).flatMap((operation) => {
    const place = lineOf.get(operation.call);
    const isAnswered = operation.call.response && operation.call.ties.givenTask === undefined;
    return place && isAnswered ? [{ ...place, operation }] : [];
  });
  return all
    .sort((a, b) => a.operation.start - b.operation.start || a.line.seq - b.line.seq)
    .map((one, at) => ({ number: at + 1, ...one }));
}

/** Operations that the messages of a finding belong to. */
export function operationsIn({ evidence }: Finding, all: readonly Numbered[]): Numbered[] {
  const places = evidence.flatMap(({ message }) => parseReference(message) ?? []);
  return all.filter(({ operation: { call } }) =>
    places.some(
      ({ session, seq }) =>
        call.session === session && (call.request.seq === seq || call.response?.seq === seq),
    ),
  );
}

export interface Choice {
  /** Equal for sessions whose live servers keep their data in one place. */
  readonly placeOf: (source: Source) => string | undefined;
  /** What may be read to see how it ended. */
  readonly readable: readonly Numbered[];
  /** Exactly these, and nothing that was before them. */
  readonly isExact: boolean;
  /** What may be run before them, to have what they found. */
  readonly isAllowed: (one: Numbered) => boolean;
}

/** The problem that these operations pose, with what they cannot be sent without. */
export function choose(
  all: readonly Numbered[],
  wanted: readonly Numbered[],
  { readable, isExact, isAllowed, placeOf }: Choice,
): Chosen {
  const meet: Meet = (one, other) =>
    dependent(one.operation, other.operation, {
      isOnePlace:
        placeOf(one.source) !== undefined && placeOf(one.source) === placeOf(other.source),
    });
  const needs = needsAmong(all);
  const ending = isExact ? new Set<Numbered>() : trailingReads(wanted, wanted, meet);
  const acting = withNeeds(
    all,
    needs,
    wanted.filter((one) => !ending.has(one)),
  );
  const context = isExact ? [] : contextOf(all.filter(isAllowed), acting, meet);
  const operations = [...context, ...acting].sort((a, b) => a.number - b.number);
  return {
    problem: problemOf(operations, { needs, context, meet }),
    operations,
    probes: probesOf([...trailingReads(acting, readable, meet)]),
    meet,
  };
}

type Pair = readonly [Numbered, Numbered];
/** Whether two operations may not commute. */
type Meet = (one: Numbered, other: Numbered) => boolean;

interface Given {
  readonly needs: readonly Pair[];
  /** What runs before everything else, in its order. */
  readonly context: readonly Numbered[];
  readonly meet: Meet;
}

function problemOf(operations: readonly Numbered[], { needs, context, meet }: Given): Problem {
  const place = new Map(operations.map((one, at) => [one, at]));
  const edges = (pairs: readonly Pair[]): Edge[] =>
    pairs.flatMap(([before, after]): Edge[] => {
      const [one, other] = [place.get(before), place.get(after)];
      return one === undefined || other === undefined || one >= other ? [] : [[one, other]];
    });
  const isSetting = new Set(context);
  const pairs = pairsOf(operations);
  const held = pairs.filter(([one, other]) => isSetting.has(one) || isKnown(one, other));
  const needed = edges(needs);
  const must = [...needed, ...edges(held)];
  const isHeld = new Set(must.map((edge) => edge.join()));
  const meeting = pairs.filter(([one, other]) => meet(one, other));
  return {
    operations: operations.map(exploredOf),
    must,
    needs: needed,
    conflicts: edges(meeting).filter((edge) => !isHeld.has(edge.join())),
    said: saidIn(operations),
  };
}

function exploredOf({ number, source, operation }: Numbered): Explored {
  const { tool, kind, ok, start, end, call } = operation;
  return {
    number,
    tool,
    session: source.session.session.id,
    method: call.method,
    pattern: `${source.session.name} ${tool}`,
    creates: kind === 'C' || kind === 'A',
    writes: isWrite(operation),
    ok,
    start,
    end,
  };
}

function isWrite({ kind }: Operation): boolean {
  return kind !== 'R' && kind !== 'L';
}

function pairsOf(all: readonly Numbered[]): Pair[] {
  return all.flatMap((one, at) => all.slice(at + 1).map((other) => [one, other] as const));
}

/** Whether the host had the answer of one when it asked for the other. */
function isKnown(one: Numbered, other: Numbered): boolean {
  return one.source === other.source && isBefore(one.operation, other.operation);
}

/**
 * Whether two operations may not commute: by their footprints, or since one of them writes and both
 * name one file, or have one server that may keep everything in one place. Too much costs runs; too
 * little would hide what the footprints do not know, except where the user said what they are.
 */
function dependent(
  one: Operation,
  other: Operation,
  { isOnePlace }: { readonly isOnePlace: boolean },
): boolean {
  if (conflictsOf(one, other).length > 0) return true;
  if (!isWrite(one) && !isWrite(other)) return false;
  if (isDeclared(one) && isDeclared(other)) return false;
  const [ours, theirs] = [one, other].map(({ keys }) => keys.filter(({ absolute }) => absolute));
  if (!ours?.length || !theirs?.length) {
    return isOnePlace || one.container.id === other.container.id;
  }
  if (!isOnePlace && one.container.machine !== other.container.machine) return false;
  return ours.some(({ value }) => theirs.some((own) => isWithin(value, own.value)));
}

function isDeclared({ accesses }: Operation): boolean {
  return accesses.length > 0 && accesses.every(({ provenance }) => provenance === 'user');
}

/** One path is the other, or a folder that it is in. */
function isWithin(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** Pairs of which the later one could not have been asked without the answer of the earlier. */
function needsAmong(all: readonly Numbered[]): Pair[] {
  const byCall = new Map(all.map((one) => [one.operation.call, one]));
  const views = [...new Set(all.map(({ source }) => source))].map(({ session }) => viewOf(session));
  const given = orderOf(views)
    .mustBefore(all.map(({ operation }) => operation))
    .flatMap(([before, after]): Pair[] => {
      const [one, other] = [all[before], all[after]];
      return one && other ? [[one, other]] : [];
    });
  // Whatever value a stand-in client rebinds must have been given by then.
  const bound = all.flatMap((one) =>
    one.line.items.flatMap(({ ref }) =>
      one.source.flow.uses(ref.seq, ref.item).flatMap(({ source: { answers } }): Pair[] => {
        const before = answers && byCall.get(answers);
        return before && before !== one ? [[before, one]] : [];
      }),
    ),
  );
  return [...new Map([...given, ...bound].map((one) => [keyOf(one), one])).values()];
}

function keyOf([before, after]: Pair): string {
  return `${before.number} ${after.number}`;
}

function withNeeds(
  all: readonly Numbered[],
  needs: readonly Pair[],
  wanted: readonly Numbered[],
): Numbered[] {
  const kept = new Set(wanted);
  for (const one of [...all].reverse()) {
    if (needs.some(([before, after]) => before === one && kept.has(after))) kept.add(one);
  }
  return all.filter((one) => kept.has(one));
}

/** What was written to the same things, and done, before any of these began. */
function contextOf(all: readonly Numbered[], acting: readonly Numbered[], meet: Meet): Numbered[] {
  const start = Math.min(...acting.map(({ operation }) => operation.start));
  const own = new Set(acting);
  return all.filter(
    (one) =>
      !own.has(one) &&
      isWrite(one.operation) &&
      one.operation.end < start &&
      acting.some((other) => meet(one, other)),
  );
}

/** Reads after everything that was written to what they show: they say how it ended. */
function trailingReads(
  acting: readonly Numbered[],
  reads: readonly Numbered[],
  meet: Meet,
): ReadonlySet<Numbered> {
  const own = new Set(acting === reads ? [] : acting);
  const writes = acting.filter(({ operation }) => isWrite(operation));
  return new Set(
    reads.filter((read) => {
      const { operation } = read;
      if (isWrite(operation) || !operation.ok || own.has(read)) return false;
      const met = writes.filter((write) => meet(write, read));
      return met.length > 0 && met.every((write) => isBefore(write.operation, operation));
    }),
  );
}

/** So many different reads end a run at most. */
const MOST_PROBES = 20;

function probesOf(reads: readonly Numbered[]): Probe[] {
  const named = reads.map(({ source, line, operation }) => {
    const { call, view, tool } = operation;
    const args = member(view.value(call.request), 'params', 'arguments');
    const what = call.method === 'tools/call' ? args : call.subject;
    const shown = what === undefined ? '' : canonicalJson(what);
    const name = shown === '' || shown === '{}' ? tool : `${tool} ${shown}`;
    return { name, source, line };
  });
  const once = new Map(named.map((one) => [`${one.source.session.name} ${one.name}`, one]));
  return [...once.values()].slice(0, MOST_PROBES);
}

/** The values that clients sent and no server had given them. */
function saidIn(operations: readonly Numbered[]): ReadonlySet<string> {
  const said = new Set<string>();
  for (const { line, source } of operations) {
    for (const { ref, value } of line.items) {
      const given = new Set(source.flow.uses(ref.seq, ref.item).map(({ token }) => token));
      for (const leaf of leavesOf(member(value, 'params'))) {
        const token = tokenOf(leaf.value);
        if (!given.has(token)) said.add(token);
      }
    }
  }
  return said;
}
