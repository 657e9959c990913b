/**
 * Mentions: where the features of the writes in question occur, in other writes and in reads.
 *
 * A feature tells of one write only as long as no other operation named it; and what was seen later,
 * before anybody named it again, was not lost. All texts are walked once.
 */
import { leavesOf, memberNamesIn, textsIn } from '../footprint/leaves.ts';
import { argumentsOf, type Operation, resultOf } from '../footprint/operation.ts';
import { countOf } from '../spans.ts';
import { type Effect, nameKeysOf } from './effects.ts';
import { type Feature, visibleIn } from './features.ts';
import type { Group } from './groups.ts';

export interface Mentions {
  /**
   * When another operation than `write` first named the feature, or created something of the name;
   * Infinity when none did.
   */
  namedByOthers(what: Feature | string, write: Operation): number;
  shows(read: Operation, feature: Feature): boolean;
  /** Whether the same read, before the write began, showed the feature already. */
  wasShown(read: Operation, feature: Feature, write: Operation): boolean;
  /** Whether a read that began after the write, and before `read`, showed the feature. */
  wasShownSince(write: Operation, read: Operation, feature: Feature): boolean;
  /** The first read after `read` that shows the feature. */
  shownAfter(read: Operation, feature: Feature): Operation | undefined;
}

interface Mention {
  first: Operation | undefined;
  second: Operation | undefined;
  /** Places in the group's reads, ascending. */
  shown: number[] | undefined;
}

/** `effects`: those of the writes in question; nothing else is looked for. */
export function mentionsOf(group: Group, effects: Iterable<Effect>): Mentions {
  // Features are numbers and names are texts, so that one map holds both.
  const found = new Map<Feature | string, Mention>();
  const expect = (what: Feature | string): unknown =>
    found.has(what) || found.set(what, { first: undefined, second: undefined, shown: undefined });
  for (const { traces, names } of effects) {
    for (const { found: one } of traces) expect(one.feature);
    for (const { key } of names) expect(key);
  }
  for (const write of [...group.writes].sort((a, b) => a.start - b.start)) {
    const name = (what: Feature | string): void => nameOnce(found.get(what), write);
    const leaves = leavesOf(argumentsOf(write));
    for (const { value } of leaves) if (typeof value === 'string') visibleIn(value, name);
    for (const own of nameKeysOf(write, leaves)) name(own);
  }
  group.reads.forEach((read, index) => {
    const result = resultOf(read);
    const show = (feature: Feature): void => {
      const mention = found.get(feature);
      if (!mention) return;
      if (!mention.shown) mention.shown = [index];
      else if (mention.shown.at(-1) !== index) mention.shown.push(index);
    };
    for (const text of textsIn(result)) visibleIn(text, show);
    // A store is often shown as an object with its keys for names.
    for (const name of memberNamesIn(result)) visibleIn(name, show);
  });
  const placeOf = new Map(group.reads.map((read, index) => [read, index]));
  const shownFrom = (feature: Feature, from: number): number | undefined => {
    const shown = found.get(feature)?.shown ?? [];
    return shown[countOf(shown, (index) => index < from)];
  };
  return {
    namedByOthers(what, write) {
      const mention = found.get(what);
      const other = mention?.first === write ? mention.second : mention?.first;
      return other?.start ?? Number.POSITIVE_INFINITY;
    },
    shows(read, feature) {
      const index = placeOf.get(read);
      return index !== undefined && shownFrom(feature, index) === index;
    },
    wasShown(read, feature, write) {
      const shown = found.get(feature)?.shown ?? [];
      const before = countOf(shown, (index) => (group.reads[index]?.end ?? 0) < write.start);
      return shown
        .slice(Math.max(0, before - LOOKED_AT), before)
        .some((index) => areAlike(group.reads[index], read));
    },
    wasShownSince(write, read, feature) {
      const since = countOf(group.reads, ({ start }) => start < write.start);
      const index = shownFrom(feature, since);
      return index !== undefined && index < (placeOf.get(read) ?? 0);
    },
    shownAfter(read, feature) {
      const index = placeOf.get(read);
      const later = index === undefined ? undefined : shownFrom(feature, index + 1);
      return later === undefined ? undefined : group.reads[later];
    },
  };
}

/** So many reads before a write are looked at: who edits has read what he edits. */
const LOOKED_AT = 8;

function areAlike(one: Operation | undefined, other: Operation): boolean {
  if (one?.tool !== other.tool || one.keys.length !== other.keys.length) return false;
  return one.keys.every(({ value }, at) => value === other.keys[at]?.value);
}

/** Writes come in the order they began; the first two are enough to know the first of all others. */
function nameOnce(mention: Mention | undefined, write: Operation): void {
  if (!mention || mention.first === write) return;
  if (!mention.first) mention.first = write;
  else mention.second ??= write;
}
