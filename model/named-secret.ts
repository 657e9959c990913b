/**
 * Secrets that are known by their name: the text of a member (`"password":"…"`, also inside a JSON
 * text that stands in a string, however deep), and what follows a name and `=` in a variable, an
 * option or a query.
 *
 * Reads the text once from colon to colon and from sign to sign; takes nothing apart that is not
 * beside a name.
 */
import { LONGEST_NAME } from './secrets.ts';

/** Which members and variables hold a secret. */
export interface SecretNames {
  readonly isSecret: (name: string) => boolean;
  /** The codes of the letters that such names end in: most names are told apart by that. */
  readonly endings: ReadonlySet<number>;
}

/** A secret in a text: where it starts, where it ends, and what it is without its escapes. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly secret: string;
  /** What a placeholder needs around it: the quotes that a number has not. */
  readonly quote?: string;
}

/** The texts of members with the name of a secret, in order. */
export function* namedMembers(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', from)) {
    from = colon + 1;
    const quote = quoteOfName(text, colon, names);
    if (!quote) continue;
    for (const found of valuesAfter(text, colon + 1, quote)) {
      from = found.end;
      yield found;
    }
  }
}

/** A quote as a text writes it: how many backslashes each has tells how deep its string lies. */
interface Quote {
  readonly mark: '"' | "'";
  readonly backslashes: number;
}

/** The quotes of the name that ends before a colon, when it is that of a secret. */
function quoteOfName(text: string, colon: number, names: SecretNames): Quote | undefined {
  let at = colon - 1;
  while (isSpace(text.charCodeAt(at))) at--;
  const mark = text[at];
  if (mark !== '"' && mark !== "'") return undefined;
  const backslashes = backslashesBefore(text, at);
  const end = at - backslashes;
  if (!names.endings.has(text.charCodeAt(end - 1))) return undefined;
  const before = text.slice(Math.max(0, end - LONGEST_NAME - 1), end);
  const open = before.lastIndexOf(mark);
  return open !== -1 && names.isSecret(before.slice(open + 1)) ? { mark, backslashes } : undefined;
}

/** The string or number that is the value of a member, or those of its list. */
function* valuesAfter(text: string, from: number, quote: Quote): Generator<Found> {
  let at = afterSpace(text, from);
  const isList = text[at] === '[';
  if (isList) at = afterSpace(text, at + 1);
  for (;;) {
    const value = stringAt(text, at, quote) ?? numberAt(text, at, quote);
    if (!value) return;
    if (value.found) yield value.found;
    if (!isList) return;
    at = afterSpace(text, value.after);
    if (text[at] !== ',') return;
    at = afterSpace(text, at + 1);
  }
}

/** A value of a member: the secret in it, if any, and where the text goes on behind it. */
interface Value {
  readonly found?: Found;
  readonly after: number;
}

function stringAt(text: string, at: number, quote: Quote): Value | undefined {
  if (!opens(text, at, quote)) return undefined;
  const start = at + quote.backslashes + 1;
  const end = endOfText(text, start, quote);
  const after = end + quote.backslashes + 1;
  if (end === start) return { after };
  return { found: { start, end, secret: withoutEscapes(text.slice(start, end), quote) }, after };
}

/** A number of at least four digits: shorter ones are counts and lengths. */
function numberAt(text: string, at: number, { mark, backslashes }: Quote): Value | undefined {
  NUMBER.lastIndex = at;
  const [secret] = NUMBER.exec(text) ?? [];
  if (secret === undefined) return undefined;
  const end = at + secret.length;
  return { found: { start: at, end, secret, quote: '\\'.repeat(backslashes) + mark }, after: end };
}

const NUMBER = /-?\d{4,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,4})?(?=\s{0,20}[,}\]])/y;

function opens(text: string, at: number, { mark, backslashes }: Quote): boolean {
  for (let index = 0; index < backslashes; index++) {
    if (text[at + index] !== '\\') return false;
  }
  return text[at + backslashes] === mark;
}

/**
 * Where the text between quotes ends. A quote ends it that has as many backslashes as the one that
 * began it, not counting pairs which are backslashes of the text; one with fewer ends the string
 * around it.
 */
function endOfText(text: string, start: number, { mark, backslashes }: Quote): number {
  for (let at = start; at < text.length; at++) {
    const code = text[at];
    if (code !== '"' && code !== mark) continue;
    const found = Math.min(backslashesBefore(text, at), at - start);
    if (code === mark && found % (2 * (backslashes + 1)) === backslashes) return at - backslashes;
    if (code === '"' && found < backslashes) return at - found;
    if (code === '"' && mark === "'" && found <= backslashes) return at - found;
  }
  return text.length;
}

/** A text as it was before it was written into a JSON text, and that into another. */
function withoutEscapes(text: string, { mark, backslashes }: Quote): string {
  if (mark === "'" || !text.includes('\\')) return text;
  let plain = text;
  try {
    for (let left = backslashes; left >= 0; left = left === 0 ? -1 : (left - 1) / 2) {
      plain = JSON.parse(`"${plain}"`) as string;
    }
    return plain;
  } catch {
    return text;
  }
}

/** What follows `NAME=` in an environment file, `?name=` in an address, `--name=` in a command. */
export function* namedAssignments(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let sign = text.indexOf('='); sign !== -1; sign = text.indexOf('=', from)) {
    from = sign + 1;
    if (!names.endings.has(text.charCodeAt(sign - 1))) continue;
    const name = wordBefore(text, sign);
    if (!isAssigned(text, sign, name) || !names.isSecret(name)) continue;
    VALUE.lastIndex = from;
    const match = VALUE.exec(text);
    const [whole = '', secret = ''] = match ?? [];
    if (secret === '') continue;
    const end = from + whole.length;
    yield { start: end - secret.length, end, secret };
    from = end;
  }
}

/** The name before a sign; empty when it is too long. */
function wordBefore(text: string, sign: number): string {
  let start = sign;
  while (sign - start <= LONGEST_NAME && NAME_CHARACTER.test(text.charAt(start - 1))) start--;
  // The letter of an escape in a JSON text: `\nTOKEN=`.
  if (text[start - 1] === '\\' && ESCAPE.test(text.charAt(start))) start++;
  return text.slice(start, sign);
}

const ESCAPE = /[bfnrt]/;
const NAME_CHARACTER = /[\w.-]/;
/** A value may be quoted; a reference to another variable is none. */
const VALUE = /\\{0,15}["']?([^\s"'\\&<>;,(){}$]{6,4000})/y;

/** Only where a variable, an option or a query is meant: `token=token` is how programs are written. */
function isAssigned(text: string, sign: number, name: string): boolean {
  const before = text[sign - name.length - 1];
  return before === '?' || before === '&' || name.startsWith('--') || !/[a-z]/.test(name);
}

function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (text[at - 1 - count] === '\\') count++;
  return count;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
