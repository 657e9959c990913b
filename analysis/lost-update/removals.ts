/**
 * Removals: whether anything may have taken a write away again, by rights.
 *
 * Deletes, overwrites, changes that do not say what they replace, operations of unknown effect, and
 * holes of the recording in which such may hide. Whoever asks gives the time in which it matters:
 * from the start of the write to the end of the read.
 */

import { startOf } from '../../model/order.ts';
import type { Session, SessionView } from '../../model/session.ts';
import { containerOf } from '../footprint/container.ts';
import { isKeyName, withAncestors } from '../footprint/keys.ts';
import { type Leaf, leavesOf } from '../footprint/leaves.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import type { Span } from '../order.ts';
import { type Spans, spansOf } from '../spans.ts';
import { isEdit, replacedLeaves } from './effects.ts';
import { edgesOf, type Feature, wordsOfFeature } from './features.ts';

export interface Removals {
  /** Whether something other than `write` may have removed what it wrote, at a time within `span`. */
  mayHaveRemoved(write: Operation, span: Span): boolean;
  /** Whether an edit that took away the text beside a feature may have taken a part of it along. */
  mayHaveCut(write: Operation, feature: Feature, span: Span): boolean;
}

export function removalsOf(
  operations: readonly Operation[],
  views: readonly SessionView[],
): Removals {
  const lists = new Map<string, Span[]>();
  const put = (place: string, span: Span): void => {
    const list = lists.get(place);
    if (list) list.push(span);
    else lists.set(place, [span]);
  };
  for (const operation of operations)
    for (const place of placesOf(operation)) put(place, operation);
  for (const { session } of views) {
    const { id, machine } = containerOf(session);
    for (const hole of holesOf(session))
      for (const scope of [id, machine]) put(`all ${scope}`, hole);
    for (const hole of holesOf(session)) put(`any ${id}`, hole);
  }
  const sorted = new Map<string, Spans<Span>>();
  const overlaps = (place: string, span: Span, self: Span): boolean => {
    const list = lists.get(place);
    if (!list) return false;
    const spans = sorted.get(place) ?? spansOf(list);
    sorted.set(place, spans);
    return spans.lastOverlapping(span, self) !== undefined;
  };
  return {
    mayHaveRemoved: (write, span) => asksAt(write).some((place) => overlaps(place, span, write)),
    mayHaveCut(write, feature, span) {
      const words = wordsOfFeature(feature);
      if (words.length === 1) return false;
      const cutAt = [
        ...words.slice(1).map((word) => `first ${word}`),
        ...words.slice(0, -1).map((word) => `last ${word}`),
      ];
      return scopesOf(write).some((scope) =>
        cutAt.some((edge) => overlaps(`${edge} ${scope}`, span, write)),
      );
    },
  };
}

/** Where a removal is listed, so that writes which it may have hit find it there. */
function placesOf(operation: Operation): string[] {
  const { kind, container, keys } = operation;
  if (kind === 'R' || kind === 'L' || kind === 'A') {
    // Two things added under one name may be one thing changed.
    return kind === 'A'
      ? keys.filter(({ word }) => isName(word)).map(({ value }) => `name ${container.id} ${value}`)
      : [];
  }
  if (kind === 'C')
    return keys.map(
      ({ value, absolute }) => `name ${absolute ? container.machine : container.id} ${value}`,
    );
  const leaves = kind === 'M' ? leavesOf(argumentsOf(operation)) : [];
  // What an edit takes away is known by its features; only what it may cut at its edges is listed.
  if (kind === 'M' && isEdit(operation, leaves)) return edgePlaces(operation, leaves);
  const everything = [`any ${container.id}`];
  if (kind === 'X' || keys.length === 0) {
    return [...everything, `all ${container.id}`, `all ${container.machine}`];
  }
  const slots = kind === 'M' ? slotsOf(leaves) : ['*'];
  return [
    ...everything,
    ...keys.flatMap(({ value, absolute }) => {
      const place = `${absolute ? container.machine : container.id} ${value}`;
      return [`key ${place}`, ...slots.map((slot) => `slot ${slot} ${place}`)];
    }),
  ];
}

/** Where a write looks for what may have removed it. */
function asksAt(write: Operation): string[] {
  const { kind, container, keys } = write;
  if (keys.length === 0) return [`any ${container.id}`];
  const slots = kind === 'M' ? changedSlots(write) : [];
  return keys.flatMap(({ value, absolute, word }) => {
    const scope = absolute ? container.machine : container.id;
    const [own = value, ...above] = absolute ? withAncestors(value) : [value];
    const changes =
      slots.length > 0
        ? slots.map((slot) => `slot ${slot} ${scope} ${own}`)
        : [`key ${scope} ${own}`];
    return [
      `all ${scope}`,
      ...changes,
      ...above.map((folder) => `key ${scope} ${folder}`),
      ...(kind === 'C' || isName(word) ? [`name ${scope} ${value}`] : []),
    ];
  });
}

/** For a change without a text to replace: its own arguments, and `*` for whatever replaces all of them. */
function changedSlots(write: Operation): string[] {
  const leaves = leavesOf(argumentsOf(write));
  return isEdit(write, leaves) ? [] : ['*', ...slotsOf(leaves)];
}

function slotsOf(leaves: readonly Leaf[]): string[] {
  return [...new Set(leaves.map(({ top }) => top))].filter((top) => !isKeyName(top));
}

function edgePlaces(edit: Operation, leaves: readonly Leaf[]): string[] {
  const scopes = [...scopesOf(edit), edit.container.id];
  return replacedLeaves(edit, leaves).flatMap(({ value }) => {
    const edges = typeof value === 'string' ? edgesOf(value) : undefined;
    if (!edges) return [];
    return scopes.flatMap((scope) => [
      `first ${edges.first} ${scope}`,
      `last ${edges.last} ${scope}`,
    ]);
  });
}

/** The places an operation touches: its keys, or its whole container. */
function scopesOf({ keys, container }: Operation): string[] {
  if (keys.length === 0) return [container.id];
  return keys.map(
    ({ value, absolute }) => `${absolute ? container.machine : container.id} ${value}`,
  );
}

function isName(word: string): boolean {
  return word === 'name' || word === 'key';
}

/** Stretches of a session in which operations may have run that the recording does not show. */
function holesOf(session: Session): Span[] {
  const start = session.head ? startOf(session.head.clock) : 0;
  const holes: Span[] = [];
  for (const gap of session.gaps) {
    const before = session.calls.findLast(({ request }) => request.seq < gap.seq);
    holes.push({ start: start + (before?.request.sent ?? 0), end: start + gap.at });
  }
  // A request that could not be read may run on for as long as we know.
  for (const { at, from } of session.unread) {
    if (from === 'client') holes.push({ start: start + at, end: Number.POSITIVE_INFINITY });
  }
  return holes;
}
