/** What of a text or value may have been minted by a server: ids, handles, cursors, placeholders. */
import { lastWord } from '../../analysis/footprint/words.ts';
import { bitsPerCharacter } from '../../model/environment.ts';
import { PLACEHOLDER } from '../placeholders.ts';

/** A part of a text that stands between separators; `end` is behind it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const WORD = '[\\p{L}\\p{N}_]+(?:[.+~-]+[\\p{L}\\p{N}_]+)*';
const TIME = '[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]{5,30}(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?';
const PATH = '(?:/[\\p{L}\\p{N}_.+~@-]+){2,}';
const WORDS = new RegExp(`${PLACEHOLDER.source}|${TIME}|${WORD}`, 'gu');
const PIECES = new RegExp(`${PLACEHOLDER.source}|${TIME}|${PATH}|${WORD}`, 'gu');

/** The words of a text: an id, a time and a placeholder are one word, a path is several. */
export function wordsIn(text: string): Piece[] {
  return found(text, WORDS);
}

/** The pieces of a text whose classes are compared: as its words, but a path is one piece. */
export function piecesIn(text: string): Piece[] {
  return found(text, PIECES);
}

/** A longer text is compared as a whole, so that its pieces cost no more than it did. */
const LONGEST = 1 << 20;

function found(text: string, expression: RegExp): Piece[] {
  if (text.length > LONGEST) return [];
  return [...text.matchAll(expression)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
  }));
}

/** The pieces of two texts side by side; undefined where what stands between them differs. */
export function aligned(
  recorded: string,
  live: string,
  cut: (text: string) => Piece[],
): (readonly [Piece, Piece])[] | undefined {
  const [ours, theirs] = [cut(recorded), cut(live)];
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
