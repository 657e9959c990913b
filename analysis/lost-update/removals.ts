/**
 * Removals: whether anything may have taken a write away again, by rights.
 *
 * Deletes, overwrites, changes that do not say what they replace, operations of unknown effect, and
 * holes of the recording in which such may hide. Whoever asks gives the time in which it matters:
 * from the start of the write to the end of the read.
 */
import { isObject } from '../../model/json.ts';
import { startOf } from '../../model/order.ts';
import type { Session, SessionView } from '../../model/session.ts';
import type { Container } from '../footprint/container.ts';
import { isKeyName, type Key, withAncestors } from '../footprint/keys.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import { nounOf } from '../footprint/places.ts';
import { singular, wordsOf } from '../footprint/words.ts';
import type { Span } from '../order.ts';
import { createSpanBoard } from '../spans.ts';

export interface Removals {
  /** Whether something other than `write` may have removed what it wrote, at a time within `span`. */
  mayHaveRemoved(write: Operation, span: Span): boolean;
  /** Whether something was added under the same name, which took its place unless a list is kept there. */
  mayHaveReplaced(write: Operation, span: Span): boolean;
}

export function removalsOf(
  operations: readonly Operation[],
  views: readonly SessionView[],
  containerOf: (session: Session) => Container,
): Removals {
  const board = createSpanBoard<string>();
  for (const operation of operations) {
    for (const place of placesOf(operation)) board.put(place, operation);
  }
  for (const { session } of views) {
    const { id, machine } = containerOf(session);
    for (const hole of holesOf(session)) {
      for (const place of [`all ${id}`, `all ${machine}`, `any ${id}`]) board.put(place, hole);
    }
  }
  return {
    mayHaveRemoved: (write, span) =>
      asksAt(write).some((place) => board.overlaps(place, span, write)),
    mayHaveReplaced: (write, span) =>
      write.keys.some(({ value }) =>
        board.overlaps(`under ${write.container.id} ${value}`, span, write),
      ),
  };
}

/** Where a removal is listed, so that writes which it may have hit find it there. */
function placesOf(operation: Operation): string[] {
  const { kind, container, keys } = operation;
  if (kind === 'R' || kind === 'L' || kind === 'A') {
    // Two things added under one name may be one thing changed; what is appended replaces nothing.
    return kind === 'A' && !wordsOf(operation.tool).includes('append')
      ? keys
          .filter(({ word }) => isName(word))
          .map(
            (key) => `${isOther(key, operation) ? 'under' : 'name'} ${container.id} ${key.value}`,
          )
      : [];
  }
  if (kind === 'C')
    return keys.map(
      ({ value, absolute }) => `name ${absolute ? container.machine : container.id} ${value}`,
    );
  // What an edit takes away is known by its features, and what it cuts by its edges (cuts.ts).
  if (operation.edits) return [];
  const everything = [`any ${container.id}`];
  if (kind === 'X' || keys.length === 0) {
    return [...everything, `all ${container.id}`, `all ${container.machine}`];
  }
  const slots = kind === 'M' ? slotsOf(operation) : ['*'];
  return [
    ...everything,
    ...keys.flatMap(({ value, absolute }) => {
      const place = `${absolute ? container.machine : container.id} ${value}`;
      return [`key ${place}`, ...slots.map((slot) => `slot ${slot} ${place}`)];
    }),
  ];
}

/** Whether the key names something else than what is added: a comment is added to an issue. */
function isOther({ argument }: Key, { tool }: Operation): boolean {
  const noun = nounOf(tool);
  const said = wordsOf(argument).slice(0, -1).map(singular);
  return noun !== undefined && said.length > 0 && !said.includes(noun);
}

/** Where a write looks for what may have removed it. */
function asksAt(write: Operation): string[] {
  const { kind, container, keys } = write;
  if (keys.length === 0) return [`any ${container.id}`];
  // A change is undone by what changes the same arguments, and by what replaces all of them.
  const slots = kind === 'M' && !write.edits ? ['*', ...slotsOf(write)] : [];
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

/** The arguments on top that say what to change. */
function slotsOf(change: Operation): string[] {
  const args = argumentsOf(change);
  return isObject(args) ? Object.keys(args).filter((name) => !isKeyName(name)) : [];
}

function isName(word: string): boolean {
  return word === 'name' || word === 'key';
}

/** Stretches of a session in which operations may have run that the recording does not show. */
export function holesOf(session: Session): Span[] {
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
