/**
 * Secrets that are the text of a member with their name: `"password":"…"`, also inside a JSON text
 * that stands in a string, however deep. Other places of a name and its secret are those of
 * assigned-secret.ts and beside-name.ts.
 *
 * Reads the text once from colon to colon; takes nothing apart that is not beside a name.
 */
import { colonSecretAt } from './assigned-secret.ts';
import { isNamedBehind, isValueOfSecret } from './beside-name.ts';
import { isOrdinary } from './no-secret.ts';
import {
  afterSpace,
  backslashesBefore,
  type Found,
  isSpace,
  type Quote,
  type SecretNames,
  textAt,
  type Value,
} from './quoted-text.ts';
import { LONGEST_NAME } from './secret-names.ts';

/** The texts of members with the name of a secret, and what follows such a name without quotes. */
export function* namedMembers(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', from)) {
    from = colon + 1;
    for (const found of foundAt(text, colon, names)) {
      from = found.end;
      yield found;
    }
  }
}

const NONE: readonly Found[] = [];
const DOUBLE = 0x22;
const SINGLE = 0x27;

function foundAt(text: string, colon: number, names: SecretNames): Iterable<Found> {
  let at = colon - 1;
  while (isSpace(text.charCodeAt(at))) at--;
  const code = text.charCodeAt(at);
  if (code !== DOUBLE && code !== SINGLE) {
    const found = at === colon - 1 ? colonSecretAt(text, colon, names) : undefined;
    return found ? [found] : NONE;
  }
  const mark = code === DOUBLE ? '"' : "'";
  const end = at - backslashesBefore(text, at);
  if (!mayEndName(text, end, names)) return NONE;
  const quote = { mark, at, backslashes: at - end } as const;
  const name = nameIn(text, end, mark);
  if (name === undefined) return NONE;
  if (names.isSecret(name)) return valuesAfter(text, colon + 1, quote);
  return name === 'value' ? valueBesideName(text, colon, quote, names) : NONE;
}

/** Whether a name can end here: its last letter is one that names of secrets end in, or is an escape. */
function mayEndName(text: string, end: number, names: SecretNames): boolean {
  return names.mayEnd(text, end) || (text[end - 5] === 'u' && text[end - 6] === '\\');
}

/** A member called `value` is that of the name around it or beside it. */
function valueBesideName(
  text: string,
  colon: number,
  quote: QuoteBefore,
  names: SecretNames,
): Found[] {
  const value = textAt(text, afterSpace(text, colon + 1), quote);
  if (!value?.found) return [];
  const open = quote.at - 2 * quote.backslashes - 'value'.length - 1;
  const isSecret = isValueOfSecret(text, open, names) || isNamedBehind(text, value.after, names);
  return isSecret ? [value.found] : [];
}

/** `at`: where its mark stands. */
interface QuoteBefore extends Quote {
  readonly at: number;
}

/** The name that ends before a quote. */
function nameIn(text: string, end: number, mark: string): string | undefined {
  const before = text.slice(Math.max(0, end - LONGEST_NAME - 1), end);
  const open = before.lastIndexOf(mark);
  if (open !== -1 && !before.includes('\\u', open)) return before.slice(open + 1);
  return before.includes('\\u') ? escapedName(text, end, mark) : undefined;
}

/** A name with characters that are written as escapes, as many of them as it has. */
function escapedName(text: string, end: number, mark: string): string | undefined {
  const before = text.slice(Math.max(0, end - LONGEST_ESCAPE * LONGEST_NAME), end);
  const open = before.lastIndexOf(mark);
  if (open === -1) return undefined;
  return before
    .slice(open + 1)
    .replace(ESCAPE, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

const LONGEST_ESCAPE = 20;
const ESCAPE = /\\{1,15}u([0-9A-Fa-f]{4})/g;

/** The string or number that is the value of a member, or those of its list. */
function* valuesAfter(text: string, from: number, quote: Quote): Generator<Found> {
  let at = afterSpace(text, from);
  const isList = text[at] === '[';
  if (isList) at = afterSpace(text, at + 1);
  for (;;) {
    const value = textAt(text, at, quote) ?? numberAt(text, at, quote);
    if (!value) return;
    if (value.found && !isOrdinary(value.found.secret)) yield value.found;
    if (!isList) return;
    at = afterSpace(text, value.after);
    if (text[at] !== ',') return;
    at = afterSpace(text, at + 1);
  }
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
