/**
 * Stale overwrites (C02, lost update P4): an agent read a resource, another one changed it, and the
 * first wrote what it had read, with its own change and without that of the other.
 *
 * OBSERVED where the written value carries what was read and lacks what was changed in between;
 * POTENTIAL where it lacks it, and nothing shows that it came from the read.
 */
import { coverageOf } from '../lost-update/coverage.ts';
import { isBefore } from '../order.ts';
import { carriedFrom } from './carried.ts';
import { answering, asking, between } from './conflict.ts';
import type { Context } from './context.ts';
import { matters, putsUnder } from './meet.ts';
import { isOnly, lastSight, overwrites, type Touch, writes } from './state.ts';
import { type Content, missingLines, type Value } from './values.ts';
import type { Watcher } from './walk.ts';

export function staleOverwriteWatcher(context: Context): Watcher {
  return {
    begins(write) {
      if (!mayRunOver(write)) return;
      const sight = lastSight(write);
      const changes = sight ? changesSince(sight, write, context) : [];
      if (!sight || changes.length === 0 || isGuarded(write, context)) return;
      judge({ sight, write, changes }, context);
    },
  };
}

/** It puts something in the place of what was there. */
function mayRunOver(write: Touch): boolean {
  const { ok, kind, edits } = write.operation;
  return ok && !edits && (kind === 'W' || kind === 'M') && overwrites(write) && isOnly(write);
}

/** It is asked whether that is still what it was, or nobody else could write. */
function isGuarded({ operation }: Touch, { guards }: Context): boolean {
  return guards.isLocked(operation) || guards.isConditional(operation);
}

/** The changes by others that were begun after the sight and done before `later` began, the last first. */
export function changesSince(sight: Touch, later: Touch, context: Context): readonly Touch[] {
  const changes: Touch[] = [];
  for (const one of later.state.written) {
    context.compares();
    const { operation, agent } = one;
    const isMeanwhile =
      agent !== later.agent &&
      operation.ok &&
      isBefore(sight.operation, operation) &&
      isBefore(operation, later.operation);
    if (isMeanwhile && isOnly(one)) changes.push(one);
  }
  if (changes.length === 0) return changes;
  const since = { start: sight.operation.told, end: later.operation.start };
  return context.blind.mayKnow(later, since) ? [] : changes.reverse();
}

/** A read of a part tells nothing of the rest; an own write is known as it was sent. */
export function isWhole(sight: Touch): boolean {
  return writes(sight) || coverageOf(sight.operation) !== 'part';
}

interface Case {
  readonly sight: Touch;
  readonly write: Touch;
  readonly changes: readonly Touch[];
}

function judge({ sight, write, changes }: Case, context: Context): void {
  const { values } = context;
  const tellable = changes.filter(
    (change) => !isKnown(sight, change, write, context) && matters(change, write, context),
  );
  if (tellable.length === 0 || !isWhole(sight)) return;
  const before = contentSeen(sight, values);
  const after = values.writtenBy(write.operation).puts;
  const lost = tellable.flatMap((change): (Lost | 'known')[] => {
    const value = lostOf({ change, write, before, after }, context);
    return value === 'known' ? [value] : value ? [{ change, value }] : [];
  });
  const gone = lost.filter((one) => one !== 'known');
  const [first] = gone;
  if (!first || gone.length < lost.length) return;
  const mayAdd = write.operation.kind === 'M';
  const carried = carriedFrom(before, after, { mayAdd, answer: values.shownBy(write.operation) });
  // Who says again what it said before need not have made it from that.
  if (writes(sight) && !(carried && isMore(after, before))) return;
  report({ sight, write, first, carried, gone: gone.length }, context);
}

function isKnown(sight: Touch, change: Touch, write: Touch, { hasEnough }: Context): boolean {
  const tools = [sight, change, write].map(({ operation }) => operation.tool);
  return hasEnough('stale-overwrite', write.state.place.key, ...tools);
}

/** Whether it has lines of what was there before, and other ones besides. */
function isMore(after: Content, before: Content): boolean {
  const added = missingLines(after, before).length;
  return added > 0 && added < after.lines.size;
}

/** What an agent knows of the resource from its read, or from its own write. */
export function contentSeen(sight: Touch, values: Context['values']): Content {
  if (writes(sight)) return values.writtenBy(sight.operation).puts;
  return values.shownBy(sight.operation);
}

interface Question extends Pick<Case, 'write'> {
  readonly change: Touch;
  readonly before: Content;
  readonly after: Content;
}

/** What of a change is not in what was written later; `known` when it is there, so that the agent knew. */
function lostOf(
  { change, write, before, after }: Question,
  { values }: Context,
): Value | 'known' | undefined {
  const puts = putsUnder(change, write, values);
  const fresh = missingLines(puts, before);
  const missing = new Set(missingLines(puts, after));
  if (fresh.some((line) => !missing.has(line))) return 'known';
  const [line] = fresh;
  if (line !== undefined) return puts.lines.get(line);
  const { takes } = values.writtenBy(change.operation);
  const back = [...takes.lines.keys()].find(
    (old) => after.lines.has(old) && before.lines.has(old) && !puts.lines.has(old),
  );
  return back === undefined ? undefined : takes.lines.get(back);
}

interface Lost {
  readonly change: Touch;
  readonly value: Value;
}

interface Found {
  readonly sight: Touch;
  readonly write: Touch;
  readonly first: Lost;
  readonly carried: ReturnType<typeof carriedFrom>;
  readonly gone: number;
}

function report({ sight, write, first, carried, gone }: Found, context: Context): void {
  const { change, value } = first;
  const [reader, other] = context.names(sight, change);
  const place = write.state.place.label;
  const hadSeen = writes(sight) ? 'wrote' : 'read';
  const [seen, changed, wrote] = [sight, change, write].map(({ operation }) => operation) as [
    typeof sight.operation,
    typeof sight.operation,
    typeof sight.operation,
  ];
  const how = carried
    ? `wrote what it had ${writes(sight) ? 'written' : 'read'}`
    : 'wrote it without having seen that';
  context.report({
    ...between([write, change, sight], carried?.sure ?? 0.8),
    name: 'stale-overwrite',
    tier: carried ? 'OBSERVED' : 'POTENTIAL',
    severity: carried ? 'high' : 'medium',
    story: `${reader} ${hadSeen} ${place} at ${context.answered(seen)}, ${other} changed it with ${changed.tool} at ${context.began(changed)}, and A ${how} with ${wrote.tool} at ${context.began(wrote)}: the change is not in it.`,
    ...(carried ? { lost: { gone, of: gone + 1 } } : {}),
    evidence: [
      writes(sight)
        ? asking(seen, 'write that was last known', carried?.from)
        : answering(seen, 'read that went stale', carried?.from),
      asking(changed, 'lost write', value.pointer),
      asking(wrote, 'overwriting write', carried?.to),
    ],
    ...(carried ? { taints: write } : {}),
  });
}
