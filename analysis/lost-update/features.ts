/**
 * Features: what of a text can be recognised where a server shows it again.
 *
 * Of four sorts: a word; two words that follow each other; a compound of three words or more without
 * a space between them (`host-1-entity-7`); a line of three words or more. `entity-1` is the pair
 * entity 1, which is not in `entity-10`. Case, punctuation and Unicode forms do not count, since
 * servers change them. Secrets were replaced before they were recorded, and are passed over.
 *
 * A feature is a number, a hash of 53 bits of its sort and words, so that megabytes of recorded text
 * are walked without a string being made of any of them.
 */
import { hasPlaceholder, PLACEHOLDER } from '../../model/placeholder.ts';

export type Feature = number;
export type Sort = 'word' | 'pair' | 'compound' | 'line';

/** A feature with the words of the line it stands in, of which it is those from one place to another. */
export interface Found {
  readonly feature: Feature;
  readonly sort: Sort;
  readonly words: readonly string[];
  readonly from: number;
  readonly to: number;
}

/**
 * The features of a text by which it can be told from others: no numbers and no words of two letters,
 * but where a text is nothing else.
 */
export function featuresOf(text: string): Found[] {
  const found: Found[] = [];
  const only: Found[] = [];
  eachLine(text, (line) => {
    const words = line.words();
    emit(line, (feature, sort, from, to) => {
      const isWeak = sort === 'word' && line.weak[from] === 1;
      (isWeak ? only : found).push({ feature, sort, words, from, to });
    });
  });
  return found.length === 0 && only.length === 1 ? only : found;
}

/** Every feature of a text, weak words too. */
export function visibleIn(text: string, see: (feature: Feature) => void): void {
  eachLine(text, (line) => emit(line, see));
}

/** The words of a text, line after line. */
export function wordsIn(text: string): string[] {
  const words: string[] = [];
  eachLine(text, (line) => words.push(...line.words()));
  return words;
}

/** The feature that a single word is. */
export function wordFeature(word: string): Feature {
  let feature = 0;
  eachLine(word, (line) => {
    feature = wordAt(line, 0);
  });
  return feature;
}

/** Longer lines are prose, of which the words and pairs are enough. */
const LONGEST_LINE = 40;

type See = (feature: Feature, sort: Sort, from: number, to: number) => void;

function emit(line: Line, see: See): void {
  const { count } = line;
  for (let at = 0; at < count; at++) {
    see(wordAt(line, at), 'word', at, at + 1);
    if (at > 0) see(joined(line, at - 1, at + 1), 'pair', at - 1, at + 1);
  }
  if (count < 3) return;
  for (let from = 0, to = 1; from < count; from = to++) {
    while (to < count && line.glued[to] === 1) to++;
    if (to - from > 2) see(joined(line, from, to), 'compound', from, to);
  }
  if (count <= LONGEST_LINE) see(joined(line, 0, count), 'line', 0, count);
}

/** The words of a line: two lanes of hashes, whether a word is weak, and whether it is glued to the one before. */
interface Line {
  count: number;
  readonly high: number[];
  readonly low: number[];
  readonly weak: number[];
  readonly glued: number[];
  readonly starts: number[];
  readonly ends: number[];
  /** The words themselves, for those few who need them. */
  words(): string[];
}

const SEED_HIGH = 0x811c9dc5;
const SEED_LOW = 0x9e3779b9;
const LF = 10;

function eachLine(text: string, visit: (line: Line) => void): void {
  const clean = plain(text);
  const line: Line = {
    ...{ count: 0, high: [], low: [], weak: [], glued: [], starts: [], ends: [] },
    words: () =>
      Array.from({ length: line.count }, (_, at) => clean.slice(line.starts[at], line.ends[at])),
  };
  let start = -1;
  let end = -1;
  for (let at = 0; at <= clean.length; at++) {
    const code = at < clean.length ? clean.charCodeAt(at) : LF;
    if (isOfWord(code, clean, at)) {
      if (start === -1) start = at;
      continue;
    }
    if (start !== -1) {
      addWord(line, clean, { start, end: at, before: end });
      end = at;
      start = -1;
    }
    if (code !== LF) continue;
    if (line.count > 0) visit(line);
    line.count = 0;
    end = -1;
  }
}

function addWord(
  line: Line,
  text: string,
  { start, end, before }: { start: number; end: number; before: number },
): void {
  let high = SEED_HIGH;
  let low = SEED_LOW;
  let isNumber = true;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) isNumber = false;
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b);
    low ^= low >>> 15;
  }
  const place = line.count++;
  line.starts[place] = start;
  line.ends[place] = end;
  line.high[place] = high;
  line.low[place] = low;
  line.weak[place] = isNumber || end - start < 3 ? 1 : 0;
  line.glued[place] =
    before !== -1 && start === before + 1 && GLUE.has(text.charCodeAt(before)) ? 1 : 0;
}

const GLUE = new Set([...'-_.:/@#+'].map((character) => character.charCodeAt(0)));

/** Two lanes as one whole number that a double holds: 32 bits of one, 21 of the other. */
function number53(high: number, low: number): Feature {
  return (high >>> 0) + (low >>> 11) * 0x1_0000_0000;
}

function wordAt({ high, low }: Line, at: number): Feature {
  return number53(high[at] ?? 0, low[at] ?? 0);
}

/** The words from one place to another as one feature; never equal to one of its words. */
function joined(line: Line, from: number, to: number): Feature {
  let high = to - from;
  let low = SEED_LOW;
  for (let at = from; at < to; at++) {
    high = Math.imul((high << 5) ^ (high >>> 27) ^ (line.high[at] ?? 0), 0x01000193);
    low = Math.imul((low << 7) ^ (low >>> 25) ^ (line.low[at] ?? 0), 0xc2b2ae35);
    low ^= low >>> 13;
  }
  return number53(high, low);
}

/** Whether a code unit is of a letter, a digit or a mark. */
function isOfWord(code: number, text: string, at: number): boolean {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
  // Halves of a pair are taken for letters: rare scripts, and emoji, which are words of their own sort.
  return (code >= 0xd800 && code <= 0xdfff) || LETTER.test(text.charAt(at));
}

const LETTER = /[\p{L}\p{N}\p{M}]/u;
const ASCII = /^[\0-\x7f]*$/;
const ENTITY = /&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});/gi;

/** Without secrets, and without the differences that servers make: case, Unicode forms, and entities of HTML. */
export function plain(text: string): string {
  const known = hasPlaceholder(text) ? text.replaceAll(PLACEHOLDER, ' ') : text;
  const clean = known.includes('&') ? decoded(decoded(known)) : known;
  // Upper case first, so that letters which have two small forms, or none of their own, are one.
  return ASCII.test(clean)
    ? clean.toLowerCase()
    : clean.normalize('NFKC').toUpperCase().toLowerCase();
}

/** Twice, since what was escaped once may be escaped again. */
function decoded(text: string): string {
  return text.replaceAll(ENTITY, (entity) => {
    const name = entity.slice(1, -1).toLowerCase();
    const code = name.startsWith('#x') ? `0${name.slice(1)}` : name.slice(1);
    return name.startsWith('#') ? character(Number(code)) : (NAMED[name] ?? entity);
  });
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function character(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}
