/** A text as its words, each with its place: ids, times and placeholders are one word whatever is in them. */
import { PLACEHOLDER } from '../../model/placeholder.ts';

/** A part of a text that stands between separators; `end` is behind it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The words of a text: an id, a time and a placeholder are one word, a path is several. */
export function wordsIn(text: string): Piece[] {
  return cut(text, false);
}

/** The pieces of a text whose classes are compared: as its words, but a path is one piece. */
export function piecesIn(text: string): Piece[] {
  return cut(text, true);
}

/** A longer text is compared as a whole, so that its pieces cost no more than it did. */
const LONGEST = 1 << 20;
const RUN = /[\p{L}\p{N}_.+~:@/-]+/gu;

function cut(text: string, keepsPaths: boolean): Piece[] {
  if (text.length > LONGEST) return [];
  const found: Piece[] = [];
  let at = 0;
  for (const { 0: placeholder, index } of text.matchAll(PLACEHOLDER)) {
    cutRuns(found, text.slice(at, index), at, keepsPaths);
    at = index + placeholder.length;
    found.push({ start: index, end: at, text: placeholder });
  }
  cutRuns(found, text.slice(at), at, keepsPaths);
  return found;
}

function cutRuns(found: Piece[], text: string, offset: number, keepsPaths: boolean): void {
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const start = offset + index;
    const whole = trimmed(run, start, keepsPaths ? '/' : '');
    const isPath = keepsPaths && whole.text.startsWith('/') && whole.text.lastIndexOf('/') > 0;
    if (isPath || isTimestamp(whole.text)) {
      found.push(whole);
      continue;
    }
    let from = 0;
    for (const part of run.split(/[:@/]/)) {
      const piece = trimmed(part, start + from, '');
      if (piece.text !== '') found.push(piece);
      from += part.length + 1;
    }
  }
}

const TIMESTAMP =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Whether a text is a date with a time (RFC 3339). */
export function isTimestamp(text: string): boolean {
  return TIMESTAMP.test(text);
}

/** The piece without signs at its ends, but for those that may begin it. */
function trimmed(text: string, start: number, opening: string): Piece {
  let [first, last] = [0, text.length];
  while (first < last && SIGNS.has(text.charAt(first)) && text.charAt(first) !== opening) first++;
  while (last > first && SIGNS.has(text.charAt(last - 1))) last--;
  return { start: start + first, end: start + last, text: text.slice(first, last) };
}

const SIGNS: ReadonlySet<string> = new Set('.+~:@/-');

/** The pieces of two texts side by side; undefined where what stands between them differs. */
export function aligned(
  recorded: string,
  live: string,
  piecesOf: (text: string) => Piece[],
): (readonly [Piece, Piece])[] | undefined {
  const [ours, theirs] = [piecesOf(recorded), piecesOf(live)];
  if (ours.length === 0 || ours.length !== theirs.length) return undefined;
  const isSame = between(recorded, ours).every((text, at) => text === between(live, theirs)[at]);
  return isSame ? ours.map((piece, at) => [piece, theirs[at] as Piece] as const) : undefined;
}

function between(text: string, pieces: readonly Piece[]): string[] {
  const starts = [0, ...pieces.map(({ end }) => end)];
  return starts.map((start, at) => text.slice(start, pieces[at]?.start));
}
