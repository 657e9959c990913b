/**
 * Stale reads used (C04): an agent read a value, another one changed it, and the first then acted
 * elsewhere on the value that was no longer there.
 *
 * Said only where the recording shows that the change replaced the very value, and that the agent had
 * it from that read: it looks like an id, or the call names the same thing, and no other read gave it.
 */
import type { Operation } from '../footprint/operation.ts';
import { isIdentifierLike } from '../words/minted.ts';
import type { Agent } from './agents.ts';
import { answering, asking, between } from './conflict.ts';
import type { Context } from './context.ts';
import { changesSince, isWhole } from './stale.ts';
import { keepLast, lastSight, type Touch } from './state.ts';
import { holds, type Value } from './values.ts';
import type { Watcher } from './walk.ts';

export function staleUseWatcher(context: Context): Watcher {
  /** By agent: its last reads, of which it may use what they gave. */
  const reads = new Map<Agent, Touch[]>();
  return {
    asks(operation, agent, touches) {
      if (!operation.ok || operation.kind === 'R' || operation.kind === 'L') return;
      const own = reads.get(agent) ?? [];
      // Asked of every operation for each of its agent's last reads, and so without lists of its own.
      for (const sight of own) {
        if (isAmong(touches, sight)) continue;
        const use = useOf(sight, operation);
        if (lastSight(use) === sight) judge(sight, use, own, context);
      }
    },
    ends(touch) {
      if (touch.kinds !== 'R' || !touch.operation.ok) return;
      const own = reads.get(touch.agent) ?? [];
      if (own.length === 0) reads.set(touch.agent, own);
      const before = own.findIndex(({ state }) => state === touch.state);
      if (before !== -1) own.splice(before, 1);
      keepLast(own, touch);
    },
  };
}

function isAmong(touches: readonly Touch[], { state }: Touch): boolean {
  for (const touch of touches) if (touch.state === state) return true;
  return false;
}

/** What an operation elsewhere does with what its agent saw. */
function useOf({ agent, state, kinds, confidence }: Touch, operation: Operation): Touch {
  return { operation, agent, state, kinds, confidence };
}

function judge(sight: Touch, use: Touch, reads: readonly Touch[], context: Context): void {
  const { values } = context;
  const [change] = changesSince(sight, use, context);
  if (!change || !isWhole(sight)) return;
  const isElsewhere = (value: Value): boolean =>
    reads.some((read) => read !== sight && holds(values.shownBy(read.operation).text, value.text));
  for (const value of values.givenTo(use.operation).values) {
    const seen = value.text === '' ? undefined : sourceOf(value, { sight, use }, context);
    const put = seen && replacedBy(value, sight, change, context);
    if (!seen || !put || isElsewhere(value)) continue;
    report({ sight, change, use, seen, put, value }, context);
    return;
  }
}

/** The value of the read that an argument has, unless anybody may have written it so. */
function sourceOf(
  value: Value,
  { sight, use }: { sight: Touch; use: Touch },
  { values }: Context,
): Value | undefined {
  const shown = values.shownBy(sight.operation);
  const seen =
    shown.values.find(({ text, field }) => text === value.text && field === value.field) ??
    shown.values.find(({ text }) => holds(text, value.text));
  if (!seen) return undefined;
  if (isIdentifierLike(value.text)) return seen;
  const named = new Set(values.givenTo(sight.operation).values.map(({ text }) => text));
  const namesIt = values.givenTo(use.operation).values.some(({ text }) => named.has(text));
  const isSameField = seen.text === value.text && seen.field === value.field;
  const isTelling = /\d/.test(value.text) || value.text.length >= LONG;
  return (namesIt && (isSameField || isTelling)) || (isSameField && isTelling) ? seen : undefined;
}

/** A text of so many characters is not written twice by chance. */
const LONG = 16;

/** What the change put in the place of a value; undefined where it may have left it. */
function replacedBy(
  value: Value,
  sight: Touch,
  { operation }: Touch,
  { values }: Context,
): Value | undefined {
  const { puts, takes } = values.writtenBy(operation);
  if (operation.edits) {
    const isTaken = holds(takes.text, value.text) && !holds(puts.text, value.text);
    return isTaken ? puts.values[0] : undefined;
  }
  const shown = values.shownBy(sight.operation);
  const fields = shown.values.filter(({ text }) => text === value.text).map(({ field }) => field);
  const same = puts.values.filter(({ field }) => fields.includes(field));
  if (same.length > 0) return same.every(({ text }) => text !== value.text) ? same[0] : undefined;
  const texts = new Set(
    shown.values.filter((one) => isContent(one) && !/^[{[]/.test(one.text)).map(({ text }) => text),
  );
  const isWhole = operation.kind === 'W' && puts.values.length === 1 && texts.size === 1;
  return isWhole && !holds(puts.text, value.text) ? puts.values[0] : undefined;
}

/** Whether a value of an answer is of what was asked for: what sort of block it stands in, and what is said beside it, is not. */
function isContent({ pointer, field }: Value): boolean {
  const isIn = /^\/result\/(?:content|structuredContent|contents)\//.test(pointer);
  return isIn && !(field === 'type' || field === 'mimeType' || field === 'uri');
}

interface Found {
  readonly sight: Touch;
  readonly change: Touch;
  readonly use: Touch;
  readonly seen: Value;
  readonly put: Value;
  readonly value: Value;
}

function report({ sight, change, use, seen, put, value }: Found, context: Context): void {
  const [reader, other] = context.names(sight, change);
  const [read, changed, used] = [sight.operation, change.operation, use.operation];
  context.report({
    ...between([change, sight], isIdentifierLike(value.text) ? 0.95 : 0.85),
    tools: [changed.tool, used.tool].sort(),
    about: [read, changed, used],
    name: 'stale-read-used',
    tier: 'OBSERVED',
    severity: 'medium',
    story: `${reader} read ${sight.state.place.label} at ${context.answered(read)}, ${other} changed it with ${changed.tool} at ${context.began(changed)}, and A used the old value in ${used.tool} at ${context.began(used)}.`,
    evidence: [
      answering(read, 'read that went stale', seen.pointer),
      asking(changed, 'change in between', put.pointer),
      asking(used, 'use of the old value', value.pointer),
    ],
    taints: use,
  });
}
