/**
 * Tokens: the values that can be followed from the answer they came in to the argument they went
 * into, as hashes. A value as it stands is one; so is every run of a text between spaces and quotes
 * (an address, a path), and every word in it.
 *
 * Here a text is read sign by sign: what is followed is sought in every message of a recording.
 */
import { handleWord, isHandle, isIdentifierLike } from './minted.ts';

export type Hash = number;

/** Shorter values turn up by chance, longer ones are no names. */
const SHORTEST = 6;
const LONGEST = 4096;

/** A value that names something wherever it is said: it looks minted, or is long and named as a handle. */
export function isNaming(name: string, value: string | number): boolean {
  const text = String(value);
  if (text.length < SHORTEST || text.length > LONGEST) return false;
  return isIdentifierLike(text) || isHandle(name);
}

/** The token that a value is as a whole; undefined where it is too short or too long for one. */
export function wholeToken(value: string | number): Hash | undefined {
  // Nearly all numbers are short.
  if (typeof value === 'number' && value >= 0 && value < 10_000 && Number.isInteger(value)) return;
  const text = String(value);
  const isLong = text.length >= SHORTEST && text.length <= LONGEST;
  return isLong ? wholeHash(text) : undefined;
}

/**
 * The token of a handle of any length, as `7` under `noteId`: only among values of one connection
 * under names that end alike, and not of another type.
 */
export function handleToken(place: string, name: string, value: string | number): Hash | undefined {
  const word = value === '' ? undefined : handleWord(name);
  if (word === undefined || String(value).length > LONGEST) return undefined;
  const text = `${place} ${word} ${typeof value} ${value}`;
  return wholeHash(text);
}

/** The runs and words of a text that are long enough. */
export function eachToken(text: string, see: (start: number, end: number) => void): void {
  let at = 0;
  while (at < text.length) {
    while (at < text.length && !isOfRun(text, at)) at++;
    const start = at;
    while (at < text.length && isOfRun(text, at)) at++;
    if (at - start >= SHORTEST) seeRun(text, start, at, see);
  }
}

function seeRun(
  text: string,
  start: number,
  end: number,
  see: (start: number, end: number) => void,
): void {
  const first = trimStart(text, start, end, SLASH);
  const last = trimEnd(text, first, end);
  if (last - first >= SHORTEST && last - first <= LONGEST) see(first, last);
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && !isParting(text.charCodeAt(at))) continue;
    const begin = trimStart(text, from, at, NOTHING);
    const stop = trimEnd(text, begin, at);
    const isRun = begin === first && stop === last;
    if (!isRun && stop - begin >= SHORTEST && stop - begin <= LONGEST) see(begin, stop);
    from = at + 1;
  }
}

function trimStart(text: string, start: number, end: number, opening: number): number {
  let at = start;
  while (at < end && isSign(text.charCodeAt(at)) && text.charCodeAt(at) !== opening) at++;
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSign(text.charCodeAt(at - 1))) at--;
  return at;
}

const SLASH = 0x2f;
const NOTHING = -1;
/** By sign: what it is. As in pieces.ts, which keeps the places for those who replace. */
const LETTER = 1;
const SIGN = 2;
const PARTING = 4;
const CLASSES = new Uint8Array(0x10000);
const UNKNOWN = 8;

CLASSES.fill(UNKNOWN, 0x80);
for (let code = 0; code < 0x80; code++) {
  if (/[A-Za-z0-9_]/.test(String.fromCharCode(code))) CLASSES[code] = LETTER;
}
for (const sign of '.+~-') CLASSES[sign.charCodeAt(0)] = SIGN;
for (const sign of ':@/') CLASSES[sign.charCodeAt(0)] = SIGN | PARTING;

const WORD = /[\p{L}\p{N}]/u;

function classOf(code: number): number {
  const known = CLASSES[code] ?? 0;
  if (known !== UNKNOWN) return known;
  CLASSES[code] = WORD.test(String.fromCharCode(code)) ? LETTER : 0;
  return CLASSES[code];
}

function isOfRun(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code >= 0xe000) return classOf(code) !== 0;
  // Half of a pair: the pair may be a letter, or a picture beside an id.
  const isSecond = code >= 0xdc00;
  return WORD.test(String.fromCodePoint(text.codePointAt(isSecond ? at - 1 : at) ?? 0));
}

function isSign(code: number): boolean {
  return (classOf(code) & SIGN) !== 0;
}

function isParting(code: number): boolean {
  return (classOf(code) & PARTING) !== 0;
}

/** 53 bits of a part of a text: two of a million differ but for a chance of one in ten thousand. */
export function hashOf(text: string, start: number, end: number): Hash {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return (low & 0x1fffff) * 0x100000000 + (high >>> 0);
}

export function wholeHash(text: string): Hash {
  return hashOf(text, 0, text.length);
}
