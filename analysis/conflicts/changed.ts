/**
 * Changed between reads (C05, non-repeatable read): within one turn an agent asked twice for the same,
 * and was told two things, since another one had changed it meanwhile. OBSERVED where a trace says that it was one
 * turn, POTENTIAL where only the time does.
 *
 * Who reads again in order to write, who waits for a change, and who was told of it, sees two values
 * by rights.
 */
import { isBefore } from '../order.ts';
import { countOf } from '../spans.ts';
import type { Agent } from './agents.ts';
import { answering, asking, between } from './conflict.ts';
import type { Context } from './context.ts';
import { lastSight, overwrites, runningBeside, type State, type Touch, writes } from './state.ts';
import { missingLines, type Value } from './values.ts';
import type { Watcher } from './walk.ts';

export function changeWatcher(context: Context): Watcher {
  /** By resource and agent: what is said unless the agent goes on to write there. */
  const held = new Map<State, Map<Agent, () => void>>();
  /** By the last read of a resource and agent: what it asked, and how often in a row. */
  const asked = new Map<Touch, { readonly what: string; readonly times: number }>();
  /** How often in a row it asked for this; 1 where it asked for something else before. */
  const timesAsked = (before: Touch, touch: Touch): number => {
    if (before.operation.tool !== touch.operation.tool) return 1;
    const what = context.values.askedFor(touch.operation);
    const known = asked.get(before);
    if ((known?.what ?? context.values.askedFor(before.operation)) !== what) return 1;
    const times = (known?.times ?? 1) + 1;
    asked.delete(before);
    asked.set(touch, { what, times });
    return times;
  };
  return {
    begins(touch) {
      if (writes(touch)) held.get(touch.state)?.delete(touch.agent);
    },
    ends(touch) {
      if (touch.kinds !== 'R' || !touch.operation.ok) return;
      const before = lastSight(touch);
      if (before?.kinds !== 'R' || !mayBeOneTurn(before, touch)) return;
      if (timesAsked(before, touch) !== 2) return;
      const old = wentBack(before, touch, context);
      if (old) reportOld({ before, touch, ...old }, context);
      const found = old ? undefined : changeBetween(before, touch, context);
      if (!found || wasTold(before, touch)) return;
      const own = held.get(touch.state) ?? new Map<Agent, () => void>();
      held.set(touch.state, own);
      own.set(touch.agent, () => report({ before, touch, ...found }, context));
    },
    closes() {
      for (const own of held.values()) for (const say of own.values()) say();
    },
  };
}

/** So long is a turn at most where no trace says it, in µs: after a pause people know that things change. */
const TURN = 60_000_000;

function mayBeOneTurn({ operation: one }: Touch, { operation: other }: Touch): boolean {
  const [a, b] = [one.call.trace, other.call.trace];
  return a === undefined && b === undefined ? other.start - one.end < TURN : a === b;
}

interface Change {
  readonly change: Touch;
  readonly was: string | undefined;
  readonly put: string | undefined;
  readonly is: string | undefined;
}

/** The change by another agent that the second answer shows and the first one does not. */
function changeBetween(before: Touch, touch: Touch, context: Context): Change | undefined {
  const { values } = context;
  const changes = touch.state.written.filter((change) => {
    context.compares();
    const { ok, start, end } = change.operation;
    const isBetween = start < touch.operation.end && end > before.operation.start;
    return ok && change.agent !== touch.agent && replaces(change) && isBetween;
  });
  if (changes.length === 0) return undefined;
  if (values.versionOf(before.operation) === values.versionOf(touch.operation)) return undefined;
  const [old, now] = [values.shownBy(before.operation), values.shownBy(touch.operation)];
  for (const change of changes.reverse()) {
    const { puts } = values.writtenBy(change.operation);
    const unseen = new Set(missingLines(puts, now));
    const line = missingLines(puts, old).find((one) => !unseen.has(one));
    if (line === undefined) continue;
    const was = [...old.lines].find(([one]) => !now.lines.has(one));
    const is = now.lines.get(line) ?? now.values.find(({ text }) => text.includes(line));
    return { change, was: was?.[1].pointer, put: puts.lines.get(line)?.pointer, is: is?.pointer };
  }
  return undefined;
}

/**
 * The write whose value the first answer shows, where the second shows again what it had replaced,
 * though nobody wrote since: it was answered from a copy that lags behind.
 */
function wentBack(before: Touch, touch: Touch, context: Context): Old | undefined {
  const { values, blind } = context;
  const { written } = touch.state;
  const newest = written.findLast(({ operation }) => operation.ok);
  const at = newest ? written.indexOf(newest) : -1;
  if (!newest || !isBefore(newest.operation, before.operation) || runningBeside(before).length > 0)
    return undefined;
  if (values.versionOf(before.operation) === values.versionOf(touch.operation)) return undefined;
  const span = { start: newest.operation.start, end: touch.operation.end };
  if (blind.mayChange(touch, span) || written.some((one) => isAfter(one, newest))) return undefined;
  const [old, now] = [values.shownBy(before.operation), values.shownBy(touch.operation)];
  const puts = values.writtenBy(newest.operation).puts;
  const isFirst = missingLines(puts, old).length === 0 && puts.lines.size > 0;
  if (!isFirst || missingLines(puts, now).length < puts.lines.size) return undefined;
  context.compares();
  // What it replaced is known by the write that had put it there.
  for (const former of written.slice(0, at).reverse()) {
    const own = values.writtenBy(former.operation).puts;
    const line = missingLines(own, old).find((one) => now.lines.has(one));
    if (line === undefined || !isBefore(former.operation, newest.operation)) continue;
    return { newest, was: old.lines.get([...puts.lines.keys()][0] ?? ''), is: now.lines.get(line) };
  }
  return undefined;
}

interface Old {
  readonly newest: Touch;
  readonly was: Value | undefined;
  readonly is: Value | undefined;
}

/** It was not over before the newest write began, so that it may have come after that. */
function isAfter({ operation }: Touch, newest: Touch): boolean {
  return operation !== newest.operation && operation.end >= newest.operation.start;
}

function reportOld(
  { before, touch, newest, was, is }: Old & { before: Touch; touch: Touch },
  context: Context,
): void {
  const [first, second, wrote] = [before.operation, touch.operation, newest.operation];
  const [reader] = context.names(touch);
  const place = touch.state.place.label;
  context.report({
    ...between([touch, newest], 0.95),
    name: 'changed-between-reads',
    tier: 'OBSERVED',
    severity: 'medium',
    story: `${reader} read ${place} at ${context.answered(first)} and was told what ${wrote.tool} had put there at ${context.began(wrote)}; at ${context.answered(second)} it was told what had been there before that, though nobody wrote in between.`,
    evidence: [
      asking(wrote, 'last write', context.values.writtenBy(wrote).puts.values[0]?.pointer),
      answering(first, 'read of the new value', was?.pointer),
      answering(second, 'read of the old value', is?.pointer),
    ],
  });
}

/** What is only added is no other value of what was read. */
function replaces(change: Touch): boolean {
  return overwrites(change) && change.operation.kind !== 'C' && change.operation.kind !== 'A';
}

/** Whether the server told its client of a change between the two reads. */
function wasTold({ operation: before }: Touch, { operation }: Touch): boolean {
  const { notifications } = operation.view.session;
  const [from, to] = [before.call.request.seq, operation.call.request.seq];
  const first = countOf(notifications, ({ ref }) => ref.seq <= from);
  return notifications.slice(first, first + LOOKED_AT).some(({ ref, method, from: sender }) => {
    return sender === 'server' && ref.seq < to && /updated|changed/.test(method);
  });
}

const LOOKED_AT = 100;

function report(
  { before, touch, change, was, put, is }: Change & { before: Touch; touch: Touch },
  context: Context,
): void {
  const [reader, other] = context.names(touch, change);
  const { operation: first } = before;
  const { operation: second } = touch;
  const { operation: changed } = change;
  context.report({
    ...between([touch, change], 0.9),
    name: 'changed-between-reads',
    // Without a trace it is a guess that both belong to one turn.
    tier: first.call.trace === undefined ? 'POTENTIAL' : 'OBSERVED',
    severity: 'low',
    story: `${reader} read ${touch.state.place.label} at ${context.answered(first)} and again at ${context.answered(second)}, and was told two things: ${other} had changed it with ${changed.tool} at ${context.began(changed)}.`,
    evidence: [
      answering(first, 'read of the old value', was),
      asking(changed, 'change in between', put),
      answering(second, 'read of the new value', is),
    ],
  });
}
