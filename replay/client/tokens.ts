/** What of a text or value may have been minted by a server: ids, handles, cursors, placeholders. */
import { lastWord } from '../../analysis/footprint/words.ts';
import { bitsPerCharacter } from '../../model/environment.ts';
import { PLACEHOLDER } from '../../model/placeholder.ts';
import { classOf } from '../mask-classes.ts';

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
    if (isPath || classOf(whole.text) === 'rfc3339') {
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

/** Words that end the names of members which hold handles. */
const HANDLES: ReadonlySet<string> = new Set([
  'id',
  'uri',
  'url',
  'cursor',
  'token',
  'handle',
  'state',
  'path',
  'session',
  'task',
  'ref',
]);

/** Whether a member of this name holds what names a thing: `noteId`, `nextCursor`, `uri`. */
export function isHandle(name: string): boolean {
  return HANDLES.has(lastWord(name));
}

/** At least 6 characters, 2.5 bits each, and more than a word: what servers mint looks like that. */
export function isIdentifierLike(text: string): boolean {
  if (text.length < 6 || text.length > 4096) return false;
  return /[0-9]/.test(text) && !/\s/.test(text) && bitsPerCharacter(text) >= 2.5;
}
