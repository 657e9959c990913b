/**
 * Hints of tools that what was recorded contradicts.
 *
 * A tool that calls itself read-only wrote when what only it was given shows in a read that lacked it
 * before, or when the server says in its answer's course that the very resource was updated. One that
 * calls itself idempotent is not when the same call, with nothing in between that can have changed
 * anything, makes another thing with another name.
 */
import { groupBy } from '../../model/group.ts';
import { member } from '../../model/json.ts';
import { LISTEN } from '../../model/methods.ts';
import type { NotificationSeen, Session } from '../../model/session.ts';
import { isSameNamed, type Minted, mintedTwice } from '../attempts/minted.ts';
import { outcomeOf } from '../attempts/outcome.ts';
import { textsIn } from '../footprint/leaves.ts';
import { argumentsOf, type Operation, resultOf } from '../footprint/operation.ts';
import { deedOf } from '../footprint/verbs.ts';
import { type Sighting, sightingsOf } from '../sightings.ts';
import { countOf } from '../spans.ts';
import { hasWord } from '../words/names.ts';

export type Contradiction =
  | {
      readonly by: 'read';
      readonly operation: Operation;
      readonly sighting: Sighting;
      /** Its name says that it writes, or what it named shows changed; else it may be a history of calls. */
      readonly isChange: boolean;
    }
  | { readonly by: 'update'; readonly operation: Operation; readonly update: NotificationSeen }
  | {
      readonly by: 'repeat';
      readonly operation: Operation;
      readonly again: Operation;
      readonly minted: Minted;
    };

/** `operations`: those of one container. */
export function contradictionsIn(operations: readonly Operation[]): Contradiction[] {
  const readOnly = operations.filter((one) => one.ok && hinted(one, 'readOnlyHint'));
  const idempotent = operations.filter(
    (one) => one.ok && hinted(one, 'idempotentHint') && !hinted(one, 'readOnlyHint'),
  );
  return [
    ...writtenBy(readOnly, operations),
    ...updatedBy(readOnly, operations),
    ...repeatedOf(idempotent, operations),
  ];
}

function hinted({ definition }: Operation, hint: string): boolean {
  return member(definition, 'annotations', hint) === true;
}

/** What only a read-only call was given, in a read that lacked it before. */
function writtenBy(readOnly: readonly Operation[], all: readonly Operation[]): Contradiction[] {
  // What was searched for may be kept as a history.
  const doubtful = readOnly.filter(({ tool }) => !isReading(tool));
  return sightingsOf(doubtful, all).flatMap((sighting) => {
    const { operation, shown, before } = sighting;
    const isAfter = shown.start > operation.end && shown.call !== operation.call;
    if (!before || !isAfter) return [];
    const isChange = deedOf(operation.tool).kind !== 'X' || isOfKnown(sighting, before);
    return [{ by: 'read', operation, sighting, isChange }];
  });
}

/** Whether the call named a thing besides that was there before, and that the read is about. */
function isOfKnown({ operation, trace, shown }: Sighting, before: Operation): boolean {
  const names = textsIn(argumentsOf(operation)).filter((text) => text !== trace.value);
  const asked = textsIn(argumentsOf(shown));
  const [earlier, later] = [before, shown].map((read) => textsIn(resultOf(read)));
  const isIn = (texts: readonly string[] = [], name: string): boolean =>
    texts.some((text) => hasWord(text, name));
  return names.some(
    (name) =>
      name.length > 1 &&
      name.length < LONGEST_NAME &&
      (asked.includes(name) || (isIn(earlier, name) && isIn(later, name))),
  );
}

const LONGEST_NAME = 200;

function isReading(tool: string): boolean {
  const { kind } = deedOf(tool);
  return kind === 'R' || kind === 'L';
}

/** The server told, while nothing else was at work, that what a read-only call named was updated. */
function updatedBy(readOnly: readonly Operation[], all: readonly Operation[]): Contradiction[] {
  const starts = all
    .filter(({ kind }) => kind !== 'R' && kind !== 'L')
    .map(({ start }) => start)
    .sort((a, b) => a - b);
  return [...groupBy(readOnly, ({ view }) => view)].flatMap(([{ session }, own]) => {
    const updates = session.notifications.filter(({ method }) => method === UPDATED);
    if (updates.length === 0) return [];
    const callAt = createAlone(session, own);
    return updates.flatMap((update): Contradiction[] => {
      const operation = callAt(update);
      const { subject, ref } = update;
      if (!operation || subject === undefined || !names(operation, subject)) return [];
      // What was written shortly before may be told of only now.
      const at = operation.start - operation.call.request.sent + ref.at;
      const before = countOf(starts, (start) => start < at);
      const isQuiet = (starts[before - 1] ?? Number.NEGATIVE_INFINITY) < at - QUIET;
      return isQuiet ? [{ by: 'update', operation, update }] : [];
    });
  });
}

/** In µs. */
const QUIET = 5_000_000;

/** Which of these operations was the only call under way when something was told. */
function createAlone(session: Session, own: readonly Operation[]) {
  const calls = session.calls.filter(({ from, method }) => from === 'client' && method !== LISTEN);
  const begun = calls.map(({ request }) => request.seq);
  const over = calls.flatMap(({ response }) => response?.seq ?? []).sort((a, b) => a - b);
  const mine = [...own].sort((a, b) => a.call.request.seq - b.call.request.seq);
  return ({ ref: { seq } }: NotificationSeen): Operation | undefined => {
    const before = (one: number): boolean => one < seq;
    if (countOf(begun, before) - countOf(over, before) !== 1) return undefined;
    const last = mine[countOf(mine, ({ call }) => before(call.request.seq)) - 1];
    return last && (last.call.response?.seq ?? 0) > seq ? last : undefined;
  };
}

const UPDATED = 'notifications/resources/updated';

function names(operation: Operation, uri: string): boolean {
  const path = uri.startsWith('file://') ? uri.slice('file://'.length) : uri;
  return operation.keys.some(({ value }) => value === uri || value === path);
}

/** The same call once more, done before nothing else can have changed anything. */
function repeatedOf(idempotent: readonly Operation[], all: readonly Operation[]): Contradiction[] {
  const same = groupBy(
    idempotent,
    ({ tool, ...operation }) => `${tool} ${JSON.stringify(argumentsOf({ tool, ...operation }))}`,
  );
  const others = createOthers(all);
  return [...same.values()].flatMap((own) => {
    const inOrder = own.sort((a, b) => a.start - b.start);
    return inOrder.flatMap((again, at): Contradiction[] => {
      const operation = inOrder[at - 1];
      if (!operation || operation.end >= again.start) return [];
      if (!makes(operation) || others.areBetween(operation, again)) return [];
      const [one, two] = [resultOf(operation), resultOf(again)];
      const minted = mintedTwice(one, two);
      if (!minted || isSameNamed(one, two, argumentsOf(again))) return [];
      const isDone = outcomeOf(operation) === 'done' && outcomeOf(again) === 'done';
      return isDone ? [{ by: 'repeat', operation, again, minted }] : [];
    });
  });
}

/** Of a change the answer may name the change itself; what is made has a name of its own. */
function makes({ kind }: Operation): boolean {
  return kind === 'C' || kind === 'A' || kind === 'X';
}

/** Calls that may change something, but those of one request. */
function createOthers(all: readonly Operation[]) {
  const changing = all
    .filter(({ kind }) => kind !== 'R' && kind !== 'L')
    .sort((a, b) => a.start - b.start);
  return {
    /** Whether one was under way between the two, which are neighbours among those of their request. */
    areBetween(first: Operation, second: Operation): boolean {
      const from = countOf(changing, ({ start }) => start <= first.start);
      const to = countOf(changing, ({ start }) => start < second.start);
      return to > from || isOpenAt(changing, from - 1, first.start);
    },
  };
}

/** One that began shortly before may still be at work; looking at a few is enough where calls are short. */
function isOpenAt(changing: readonly Operation[], last: number, at: number): boolean {
  for (let place = last - 1; place >= 0 && place > last - LOOKED_AT; place--) {
    if ((changing[place]?.end ?? 0) >= at) return true;
  }
  return false;
}

const LOOKED_AT = 32;
