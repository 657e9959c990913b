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
import { PARTNERS, runningBeside, type State, type Touch, writes } from './state.ts';
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
  /** By agent: its last writes that succeeded. */
  const recent = new Map<Agent, Touch[]>();
  const hold = (one: Case): void => {
    const own = open.get(one.write.state) ?? [];
    open.set(one.write.state, [...own, one].slice(-PARTNERS));
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
    ends(touch) {
      if (writes(touch) && touch.operation.ok) {
        recent.set(touch.agent, [...(recent.get(touch.agent) ?? []), touch].slice(-PARTNERS));
      }
      if (touch.kinds !== 'R' || !touch.operation.ok) return;
      open.set(touch.state, settle(open.get(touch.state) ?? [], touch, context));
      const failed = [...runningBeside(touch), ...touch.state.written].filter(hasFailed);
      for (const write of failed) {
        const own = seen(write, touch, context);
        if (!own) continue;
        const wasThere = isNews(write, touch, own, context);
        if (wasThere) report({ write, read: touch, own }, wasThere, context);
        else hold({ write, read: touch, own });
      }
    },
  };
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
  const others = [...write.state.written, ...running].filter((other) => other !== write);
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

/** The read before the write that did not have it, where `read` came before the write was over. */
function isNews(write: Touch, read: Touch, own: Content, context: Context): Touch | undefined {
  if (read.operation.start > write.operation.end) return undefined;
  const { values } = context;
  const asked = values.askedFor(read.operation);
  const { written } = write.state;
  // Writes that are remembered no more may have put it there since.
  const since = written.length < PARTNERS ? 0 : (written[0]?.operation.end ?? 0);
  return read.state.read.find(
    ({ operation }) =>
      operation.ok &&
      operation.start > since &&
      operation.end < write.operation.start &&
      values.askedFor(operation) === asked &&
      missingLines(own, values.shownBy(operation)).length === own.lines.size,
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
    const isGone = missingLines(own, values.shownBy(later.operation)).length === own.lines.size;
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
      isGone &&
      !isExplained &&
      !context.blind.mayChange(write, undo ? { start: span.end, end: span.end } : span)
    )
      report(one, later, context);
    return false;
  });
}

function report({ write, read, undo, own }: Case, other: Touch, context: Context): void {
  const [writer, reader] = context.names(write, read);
  const [written, shown] = [write.operation, read.operation];
  const place = write.state.place.label;
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
    ...between([write, read], undo ? 0.85 : 0.9),
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
