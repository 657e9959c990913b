/**
 * Changes one value inside a JSON text and leaves every other character as its peer wrote it:
 * the order of members, number formats, spaces, escapes.
 */
import { endOfString } from '../model/json.ts';

export type Path = readonly (string | number)[];

/** The text with the value at the path replaced by `literal`; unchanged where there is none. */
export function replaceAt(text: string, path: Path, literal: string): string {
  let span: Span | undefined = { start: skipSpace(text, 0), end: text.length };
  for (const step of path) {
    span = typeof step === 'string' ? memberOf(text, span, step) : itemAt(text, span, step);
    if (!span) return text;
  }
  return text.slice(0, span.start) + literal + text.slice(span.end);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The value of a member; of a name that stands twice the last one, as JSON.parse has it. */
function memberOf(text: string, { start }: Span, name: string): Span | undefined {
  if (text.charCodeAt(start) !== OPEN_OBJECT) return undefined;
  let found: Span | undefined;
  let at = skipSpace(text, start + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const close = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, close + 1) + 1);
    const end = endOfValue(text, value);
    if (isName(text.slice(at, close + 1), name)) found = { start: value, end };
    at = nextItem(text, end);
  }
  return found;
}

function itemAt(text: string, { start }: Span, index: number): Span | undefined {
  if (text.charCodeAt(start) !== OPEN_LIST) return undefined;
  let at = skipSpace(text, start + 1);
  for (let item = 0; at < text.length && text.charCodeAt(at) !== CLOSE_LIST; item++) {
    const end = endOfValue(text, at);
    if (item === index) return { start: at, end };
    at = nextItem(text, end);
  }
  return undefined;
}

function isName(literal: string, name: string): boolean {
  if (!literal.includes('\\')) return literal.slice(1, -1) === name;
  return JSON.parse(literal) === name;
}

/** Behind the comma that follows a value, or at what closes its list or object. */
function nextItem(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
}

/** The index behind the value that starts at `start`. */
function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start) + 1;
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) return endOfLiteral(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if ((code === CLOSE_OBJECT || code === CLOSE_LIST) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Numbers, true, false and null end where anything else begins. */
function endOfLiteral(text: string, start: number): number {
  let at = start;
  while (/[-+.0-9A-Za-z]/.test(text.charAt(at))) at++;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/[ \t\n\r]/.test(text.charAt(at))) at++;
  return at;
}
