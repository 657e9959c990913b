/**
 * Concurrent writes (C01): two that change or replace one resource ran at the same time, so that
 * chance decided which came last.
 *
 * POTENTIAL as it stands. OBSERVED where a later read of the whole resource, with no other write
 * before it, shows one of them and nothing of the other: of two agents, or of one whose earlier
 * write is what is left.
 */
import type { Operation } from '../footprint/operation.ts';
import { coverageOf } from '../lost-update/coverage.ts';
import { overlaps } from '../order.ts';
import { answering, asking, between } from './conflict.ts';
import type { Context } from './context.ts';
import { matters } from './meet.ts';
import { isOnly, overwrites, runningBeside, type State, type Touch } from './state.ts';
import { contentOf, missingLines } from './values.ts';
import type { Watcher } from './walk.ts';

export function overlapWatcher(context: Context): Watcher {
  /** By resource: the overwriting writes since it was last quiet, each beside another of them. */
  const clusters = new Map<State, Set<Touch>>();
  return {
    begins(touch) {
      if (!overwrites(touch)) return;
      const beside = runningBeside(touch).filter(overwrites);
      const cluster = beside.length > 0 ? clusters.get(touch.state) : undefined;
      const all = cluster ?? new Set(beside);
      clusters.set(touch.state, all.size < MOST ? all.add(touch) : all);
      for (const other of beside) {
        if (hasEnough(other, touch, context)) continue;
        context.compares();
        if (touch.operation.ok && other.operation.ok && matters(other, touch, context))
          reportOverlap(other, touch, context);
      }
    },
    ends(read) {
      const cluster = clusters.get(read.state);
      if (read.kinds !== 'R' || !read.operation.ok || !cluster || cluster.size < 2) return;
      if (cluster.size < MOST && areOver(cluster, read)) judge([...cluster], read, context);
      clusters.delete(read.state);
    },
  };
}

function hasEnough(a: Touch, b: Touch, context: Context): boolean {
  const { place } = a.state;
  return context.hasEnough('concurrent-writes', place.key, a.operation.tool, b.operation.tool);
}

/** In larger clusters nobody can say who ran over whom. */
const MOST = 64;

function areOver(cluster: ReadonlySet<Touch>, { operation }: Touch): boolean {
  return [...cluster].every((one) => one.operation.ok && one.operation.end < operation.start);
}

function reportOverlap(a: Touch, b: Touch, context: Context): void {
  const [one, other] = [a.operation, b.operation];
  const [first, second] = context.names(a, b);
  const who = a.agent === b.agent ? `${first} sent both.` : `${first} and ${second} sent one each.`;
  const when = `from ${context.began(one)} and ${context.began(other)} on`;
  context.report({
    ...between([a, b], SURE),
    name: 'concurrent-writes',
    tier: 'POTENTIAL',
    severity: 'medium',
    story: `${toolsOf(one, other)} of ${a.state.place.label} ran at the same time, ${when}, so that chance decided which came last. ${who}`,
    evidence: [asking(one, OVERLAPPED), asking(other, OVERLAPPED)],
  });
}

const OVERLAPPED = 'write at the same time';

function toolsOf(one: Operation, other: Operation): string {
  return one.tool === other.tool ? `Two calls of ${one.tool}` : `${one.tool} and ${other.tool}`;
}

const SURE = 0.95;

/** Which of the writes the read shows, and which are gone. */
function judge(cluster: readonly Touch[], read: Touch, context: Context): void {
  const span = {
    start: Math.min(...cluster.map(({ operation }) => operation.start)),
    end: read.operation.end,
  };
  if (coverageOf(read.operation) === 'part' || context.blind.mayChange(read, span)) return;
  const told = toldApart(cluster, read, context);
  const there = told.filter(({ isThere }) => isThere);
  const lost = told.flatMap(({ touch, isGone, pointer }) => {
    if (!isGone) return [];
    const over = there.flatMap(({ touch: other }) =>
      overlaps(other.operation, touch.operation) && matters(touch, other, context) ? [other] : [],
    );
    const [by] = over;
    return by && !over.some((other) => isMeant(touch, other)) ? [{ touch, by, pointer }] : [];
  });
  const [first] = lost;
  if (first) reportLoss({ ...first, lost, of: cluster.length, read }, context);
}

/** Who sends two writes of one thing, and has the later one there in the end, has what he asked for. */
function isMeant(lost: Touch, by: Touch): boolean {
  if (lost.agent !== by.agent) return false;
  const [one, other] = [lost.operation, by.operation];
  return one.view === other.view
    ? one.call.request.seq < other.call.request.seq
    : one.start < other.start;
}

interface Told {
  readonly touch: Touch;
  readonly isThere: boolean;
  readonly isGone: boolean;
  readonly pointer: string | undefined;
}

/** A write is known by the lines that no other of them has. */
function toldApart(cluster: readonly Touch[], read: Touch, { values, compares }: Context): Told[] {
  const shown = values.shownBy(read.operation);
  const count = new Map<string, number>();
  const contents = cluster.map((touch) => values.writtenBy(touch.operation).puts);
  for (const { lines } of contents) {
    for (const line of lines.keys()) count.set(line, (count.get(line) ?? 0) + 1);
  }
  return cluster.map((touch, at) => {
    compares();
    const { lines } = contents[at] ?? { lines: new Map() };
    const own = [...lines].filter(([line]) => count.get(line) === 1);
    const missing = missingLines(
      contentOf(own.map(([text, value]) => ({ ...value, text }))),
      shown,
    );
    const isGone = own.length > 0 && missing.length === own.length && replaces(touch);
    return { touch, isThere: missing.length < own.length, isGone, pointer: own[0]?.[1].pointer };
  });
}

/** What adds to a thing or edits it is lost inside of its server, which is a search of its own. */
function replaces(touch: Touch): boolean {
  const { kind, edits } = touch.operation;
  return isOnly(touch) && (kind === 'W' || (kind === 'M' && !edits));
}

interface Loss extends Pick<Told, 'touch' | 'pointer'> {
  readonly by: Touch;
  readonly lost: readonly Pick<Told, 'touch' | 'pointer'>[];
  readonly of: number;
  readonly read: Touch;
}

function reportLoss({ touch, by, lost, of, read }: Loss, context: Context): void {
  const [one, other] = [touch.operation, by.operation];
  const when = `from ${context.began(one)} and ${context.began(other)} on`;
  context.report({
    ...between([touch, by, read], SURE),
    name: 'concurrent-writes',
    tier: 'OBSERVED',
    severity: 'high',
    story: `${toolsOf(one, other)} of ${read.state.place.label} ran at the same time, ${when}, and both succeeded. ${read.operation.tool} at ${context.began(read.operation)} shows one of them and nothing of the other.`,
    lost: { gone: lost.length, of },
    evidence: [
      asking(one, 'lost write', lost[0]?.pointer),
      ...lost.slice(1).map((write) => asking(write.touch.operation, 'lost write', write.pointer)),
      asking(other, 'overwriting write', context.values.writtenBy(other).puts.values[0]?.pointer),
      answering(read.operation, 'read that misses it'),
    ],
  });
}
