/**
 * Secrets that are the text of a member with their name: `"password":"…"`, also inside a JSON text
 * that stands in a string, however deep. Other places of a name and its secret are those of
 * assigned-secret.ts and beside-name.ts.
 *
 * Reads the text once from colon to colon; takes nothing apart that is not beside a name.
 */
import { colonSecretAt } from './assigned-secret.ts';
import { isNamedBehind, isValueOfSecret } from './beside-name.ts';
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

function foundAt(text: string, colon: number, names: SecretNames): Iterable<Found> {
  const quote = quoteBefore(text, colon);
  if (!quote) {
    const found = colonSecretAt(text, colon, names);
    return found ? [found] : [];
  }
  const name = nameIn(text, quote, names);
  if (name === undefined) return [];
  if (names.isSecret(name)) return valuesAfter(text, colon + 1, quote);
  return name === 'value' ? valueBesideName(text, colon, quote, names) : [];
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

/** The quote that ends before a colon. */
function quoteBefore(text: string, colon: number): QuoteBefore | undefined {
  let at = colon - 1;
  while (isSpace(text.charCodeAt(at))) at--;
  const mark = text[at];
  if (mark !== '"' && mark !== "'") return undefined;
  return { mark, at, backslashes: backslashesBefore(text, at) };
}

/** The name before a quote; undefined when it ends in no letter that names of secrets end in. */
function nameIn(
  text: string,
  { mark, at, backslashes }: QuoteBefore,
  names: SecretNames,
): string | undefined {
  const end = at - backslashes;
  const isEscaped = text[end - 5] === 'u' && text[end - 6] === '\\';
  if (!isEscaped && !names.endings.has(text.charCodeAt(end - 1))) return undefined;
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
    if (value.found) yield value.found;
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
