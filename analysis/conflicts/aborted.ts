/**
 * Aborted reads (C09, dirty read G1a): an agent was shown what a write of another one had put there,
 * and that write failed, was cancelled, or was taken back.
 *
 * Said only where values show it: the value is that of this write and of no other, an earlier read did
 * not have it or a later one has it no more.
 */

import type { Operation } from '../footprint/operation.ts';
import { wordsOf } from '../footprint/words.ts';
import { isBefore } from '../order.ts';
import type { Agent } from './agents.ts';
import { answering, asking, between } from './conflict.ts';
import type { Context } from './context.ts';
import { keepLast, PARTNERS, runningBeside, type State, type Touch, writes } from './state.ts';
import { type Content, contentOf, missingLines, type Value } from './values.ts';
import type { Watcher } from './walk.ts';

interface Case {
  readonly write: Touch;
  readonly read: Touch;
  /** What took the write back, where it did not fail by itself. */
  readonly undo?: Operation;
  /** The lines that came from this write, and from nothing else that is known. */
  readonly own: Content;
}

export function abortedReadWatcher(context: Context): Watcher {
  /** By resource: reads that are wrong if a later one shows the value no more. */
  const open = new Map<State, Case[]>();
  /** By container: the last writes that failed, and named nothing that they write. */
  const wide = new Map<string, Touch[]>();
  /** By agent: its last writes that succeeded. */
  const recent = new Map<Agent, Touch[]>();
  const hold = (one: Case): void => {
    const own = open.get(one.read.state) ?? [];
    open.set(one.read.state, [...own, one].slice(-PARTNERS));
  };
  return {
    asks(operation, agent) {
      if (!operation.ok || !takesBack(operation)) return;
      for (const write of recent.get(agent) ?? []) {
        for (const read of write.state.read) {
          const found = read.operation.end < operation.start && seen(write, read, context);
          if (found) hold({ write, read, undo: operation, own: found });
        }
      }
      recent.delete(agent);
    },
    begins(touch) {
      const { id } = touch.operation.container;
      if (!touch.state.place.key.endsWith(':*') || !writes(touch) || !hasFailed(touch)) return;
      wide.set(id, [...(wide.get(id) ?? []), touch].slice(-PARTNERS));
    },
    ends(touch) {
      if (writes(touch) && touch.operation.ok) remember(recent, touch);
      if (touch.kinds !== 'R' || !touch.operation.ok) return;
      const cases = open.get(touch.state);
      if (cases) open.set(touch.state, settle(cases, touch, context));
      for (const one of failuresSeen(touch, wide, context)) {
        const before = readBefore(one.write, touch, context);
        const news = before && without(one.own, before.operation, context);
        if (before && news) report({ ...one, own: news }, before, context);
        else if (!before) hold(one);
      }
    },
  };
}

function remember(recent: Map<Agent, Touch[]>, touch: Touch): void {
  const own = recent.get(touch.agent) ?? [];
  if (own.length === 0) recent.set(touch.agent, own);
  keepLast(own, touch);
}

/** The failed writes of which a read shows something. */
function failuresSeen(
  read: Touch,
  wide: ReadonlyMap<string, readonly Touch[]>,
  context: Context,
): Case[] {
  const near = [...runningBeside(read), ...read.state.written].filter(hasFailed);
  const failed = new Set([...near, ...(wide.get(read.operation.container.id) ?? [])]);
  return [...failed].flatMap((write) => {
    const own = seen(write, read, context);
    return own ? [{ write, read, own }] : [];
  });
}

const UNDOING = /^(?:rollback|undo|revert|abort|discard)$/;

function takesBack({ tool }: Operation): boolean {
  const words = wordsOf(tool);
  return words.some(
    (word, at) => UNDOING.test(word) || (word === 'roll' && words[at + 1] === 'back'),
  );
}

/** It was answered with an error, or given up by its client. One that nobody answered may have run. */
function hasFailed({ operation: { ok, call } }: Touch): boolean {
  return (
    !ok && (call.outcome !== undefined || call.cancelled !== undefined) && call.outcome !== 'result'
  );
}

/** The lines that a read shows of a write by another agent, as far as nobody else put them there. */
function seen(write: Touch, read: Touch, { values, compares }: Context): Content | undefined {
  compares();
  if (write.agent === read.agent || read.operation.end <= write.operation.start) return undefined;
  const { puts } = values.writtenBy(write.operation);
  const shown = values.shownBy(read.operation);
  const missing = new Set(missingLines(puts, shown));
  const running = runningBeside(read);
  if (running.length === PARTNERS) return undefined;
  const others = [...read.state.written, ...running].filter((other) => other !== write);
  const own = [...puts.lines].filter(
    ([line]) =>
      line.length >= SHORTEST &&
      !missing.has(line) &&
      others.every((other) => !values.writtenBy(other.operation).puts.lines.has(line)),
  );
  return own.length > 0 ? contentOf(own.map(([text, value]) => ({ ...value, text }))) : undefined;
}

/** Shorter values are everywhere. */
const SHORTEST = 3;

/** Of lines those that an answer does not show; undefined when it shows all. */
function without(own: Content, read: Operation, { values }: Context): Content | undefined {
  const missing = new Set(missingLines(own, values.shownBy(read)));
  return missing.size === 0
    ? undefined
    : contentOf(own.values.filter(({ text }) => missing.has(text)));
}

/** The same read before the write, where `read` came before the write was over. */
function readBefore(write: Touch, read: Touch, { values }: Context): Touch | undefined {
  if (read.operation.start > write.operation.end) return undefined;
  const asked = values.askedFor(read.operation);
  const { written } = read.state;
  // Writes that are remembered no more may have put it there since.
  const since = written.length < PARTNERS ? 0 : (written[0]?.operation.end ?? 0);
  return read.state.read.findLast(
    ({ operation }) =>
      operation.ok &&
      operation.start > since &&
      operation.end < write.operation.start &&
      values.askedFor(operation) === asked,
  );
}

/** Those that a later read does not settle. What is still there was written after all. */
function settle(cases: readonly Case[], later: Touch, context: Context): Case[] {
  const { values } = context;
  return cases.filter((one) => {
    const { write, read, undo, own } = one;
    const over = undo ?? write.operation;
    const isComparable =
      over.end < later.operation.start &&
      values.askedFor(read.operation) === values.askedFor(later.operation);
    if (!isComparable) return true;
    const span = { start: write.operation.start, end: later.operation.end };
    const gone = without(own, later.operation, context);
    const { written } = later.state;
    const isExplained =
      (written.length === PARTNERS && isBefore(write.operation, (written[0] as Touch).operation)) ||
      [...written, ...runningBeside(later)].some(
        (other) =>
          other !== write &&
          other.operation.ok &&
          other.operation.end > write.operation.start &&
          other.operation !== undo,
      );
    if (
      gone &&
      !isExplained &&
      !context.blind.mayChange(write, undo ? { start: span.end, end: span.end } : span)
    )
      report({ ...one, own: gone }, later, context);
    return false;
  });
}

function report({ write, read, undo, own }: Case, other: Touch, context: Context): void {
  const [writer, reader] = context.names(write, read);
  const [written, shown] = [write.operation, read.operation];
  const place = read.state.place.label;
  const value = own.values[0] as Value;
  const lines = [...own.lines.keys()];
  const at = context.values.shownBy(shown).values.find(({ text }) => text.includes(lines[0] ?? ''));
  const isLater = other.operation.start > shown.start;
  const why = undo
    ? `was taken back with ${undo.tool} at ${context.began(undo)}`
    : written.call.outcome === undefined
      ? 'was given up by its client'
      : `failed at ${context.answered(written)}`;
  context.report({
    // That the value is of this write is shown by the value; the read says what the resource is.
    ...between([read], undo ? 0.85 : 0.9),
    tools: [...new Set([written.tool, shown.tool])].sort(),
    about: [written, shown],
    name: 'aborted-read',
    tier: 'OBSERVED',
    severity: 'medium',
    story: `${reader} read ${place} at ${context.answered(shown)} and was shown what ${written.tool} of ${writer} had put there from ${context.began(written)} on, which ${why}: ${isLater ? 'a later read has it no more' : 'an earlier read did not have it'}.`,
    evidence: [
      asking(written, 'write that came to nothing', value.pointer),
      answering(shown, 'read of its value', at?.pointer),
      ...(undo ? [asking(undo, 'what took it back')] : [answering(written, 'how the write ended')]),
      answering(other.operation, isLater ? 'later read without it' : 'earlier read without it'),
    ],
    taints: { operation: shown, agent: read.agent, values: own },
  });
}
