/**
 * How a live message differs from the recorded one: each difference with its class and its place.
 *
 * JSON inside a text is compared as what it is when both texts are JSON; its places go on behind a
 * `#`: `/result/content/0/text#/id`. Of other texts that differ only between the same separators,
 * the pieces that differ are known by number: `/result/content/0/text#/3`.
 */
import { container } from '../../analysis/words/leaves.ts';
import { aligned, piecesIn } from '../../analysis/words/pieces.ts';
import { escapePointer, isObject, type JsonObject, member } from '../../model/json.ts';
import { pairItems } from './pairing.ts';

/** The classes of differences, the gravest first. */
export const CLASSES = [
  'error-or-result',
  'is-error',
  'result-type',
  'missing-member',
  'extra-member',
  'type',
  'array-length',
  'order',
  'value',
] as const;

export type DifferenceClass = (typeof CLASSES)[number];

export interface Difference {
  readonly class: DifferenceClass;
  /** Member names and indices; a text whose inside is meant has a `#` behind its name. */
  readonly path: readonly string[];
  /** Of the path above, in which all are indices of lists. */
  readonly indices: ReadonlySet<number>;
  readonly recorded: unknown;
  readonly live: unknown;
  /** Of texts with the same separators: what differs, by the number of the piece. */
  readonly pieces?: readonly PieceDifference[];
}

export interface PieceDifference {
  readonly piece: number;
  readonly recorded: string;
  readonly live: string;
}

/** Whether a recorded value without members and a live one say the same. */
export type Agrees = (recorded: unknown, live: unknown) => boolean;

interface Walk {
  readonly agrees: Agrees;
  readonly found: Difference[];
}

interface Place {
  readonly path: readonly string[];
  readonly indices: ReadonlySet<number>;
}

const NO_INDICES: ReadonlySet<number> = new Set();

/** The differences of two responses, in the order of the message. */
export function differencesOf(recorded: unknown, live: unknown, agrees: Agrees): Difference[] {
  const turned = turn(recorded, live);
  if (turned) return [turned];
  const walk: Walk = { agrees, found: [] };
  for (const name of ['error', 'result']) {
    const [one, other] = [member(recorded, name), member(live, name)];
    if (one !== undefined || other !== undefined) {
      compare(walk, { path: [name], indices: NO_INDICES }, one, other);
    }
  }
  return walk.found;
}

/** The differences of two values that stand at this place. */
export function differencesAt(
  path: readonly string[],
  recorded: unknown,
  live: unknown,
  agrees: Agrees,
): Difference[] {
  const walk: Walk = { agrees, found: [] };
  compare(walk, { path, indices: NO_INDICES }, recorded, live);
  return walk.found;
}

/** What makes of an answer another kind of answer: nothing else of it is compared then. */
function turn(recorded: unknown, live: unknown): Difference | undefined {
  const about = (
    name: DifferenceClass,
    path: readonly string[],
    of: (value: unknown) => unknown,
  ) =>
    of(recorded) === of(live)
      ? undefined
      : { class: name, path, indices: NO_INDICES, recorded: of(recorded), live: of(live) };
  return (
    about('error-or-result', [], (value) =>
      member(value, 'error') === undefined ? 'result' : 'error',
    ) ??
    about(
      'is-error',
      ['result', 'isError'],
      (value) => member(value, 'result', 'isError') === true,
    ) ??
    about('result-type', ['result', 'resultType'], (value) => member(value, 'result', 'resultType'))
  );
}

function compare(walk: Walk, place: Place, recorded: unknown, live: unknown): void {
  if (Array.isArray(recorded) && Array.isArray(live)) compareLists(walk, place, recorded, live);
  else if (isObject(recorded) && isObject(live)) compareObjects(walk, place, recorded, live);
  else if (!walk.agrees(recorded, live)) compareLeaves(walk, place, recorded, live);
}

function add(
  { found }: Walk,
  { path, indices }: Place,
  name: DifferenceClass,
  recorded: unknown,
  live: unknown,
): void {
  found.push({ class: name, path, indices, recorded, live });
}

function compareObjects(walk: Walk, place: Place, recorded: JsonObject, live: JsonObject): void {
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(live)])) {
    const own = { path: [...place.path, name], indices: place.indices };
    if (!Object.hasOwn(live, name)) add(walk, own, 'missing-member', recorded[name], undefined);
    else if (!Object.hasOwn(recorded, name)) add(walk, own, 'extra-member', undefined, live[name]);
    else if (!isSaidTwice(name, recorded, live)) compare(walk, own, recorded[name], live[name]);
  }
}

/** Content that only repeats what is structured says it twice, and differs once. */
function isSaidTwice(name: string, recorded: JsonObject, live: JsonObject): boolean {
  return name === 'content' && [recorded, live].every(saysTwice);
}

function saysTwice({ content, structuredContent }: JsonObject): boolean {
  if (!isObject(structuredContent) || !Array.isArray(content)) return false;
  const texts = new Set(Object.values(structuredContent));
  return content.every((item) => {
    const text = member(item, 'text');
    if (text !== undefined && texts.has(text)) return true;
    const inside = container(text);
    return (
      inside !== undefined && differencesAt([], structuredContent, inside, Object.is).length === 0
    );
  });
}

function compareLists(
  walk: Walk,
  place: Place,
  recorded: readonly unknown[],
  live: readonly unknown[],
): void {
  if (recorded.length !== live.length) {
    add(walk, place, 'array-length', recorded, live);
    return;
  }
  const indices = new Set([...place.indices, place.path.length]);
  const pairwise = (pairs: readonly (readonly [number, number])[]): Difference[] => {
    const inner: Walk = { agrees: walk.agrees, found: [] };
    for (const [at, other] of pairs) {
      compare(inner, { path: [...place.path, `${at}`], indices }, recorded[at], live[other]);
    }
    return inner.found;
  };
  const inPlace = pairwise(recorded.map((_, at) => [at, at] as const));
  if (inPlace.length === 0) return;
  const { pairs, isReordered } = pairItems(recorded, live);
  if (isReordered) add(walk, place, 'order', recorded, live);
  walk.found.push(...(isReordered ? pairwise(pairs) : inPlace));
}

function compareLeaves(walk: Walk, place: Place, recorded: unknown, live: unknown): void {
  if (typeOf(recorded) !== typeOf(live)) add(walk, place, 'type', recorded, live);
  else if (typeof recorded === 'string' && typeof live === 'string') {
    compareTexts(walk, place, recorded, live);
  } else add(walk, place, 'value', recorded, live);
}

function compareTexts(walk: Walk, place: Place, recorded: string, live: string): void {
  const [ours, theirs] = [container(recorded), container(live)];
  if (ours !== undefined && theirs !== undefined) {
    const inside = [...place.path.slice(0, -1), `${place.path.at(-1) ?? ''}#`];
    compare(walk, { path: inside, indices: place.indices }, ours, theirs);
    return;
  }
  const all = aligned(recorded, live, piecesIn);
  // A text that is one piece is known by its own place.
  const isWhole = all?.length === 1 && all[0]?.[0].text === recorded;
  const pieces = isWhole
    ? undefined
    : all?.flatMap(([one, other], piece) =>
        walk.agrees(one.text, other.text) ? [] : [{ piece, recorded: one.text, live: other.text }],
      );
  if (pieces?.length === 0) return;
  const { path, indices } = place;
  const which = pieces ? { pieces } : {};
  walk.found.push({ class: 'value', path, indices, recorded, live, ...which });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

export function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${escapePointer(name)}`).join('');
}
