/**
 * Secrets behind their name in texts that are no JSON: `NAME=` in an environment file, `?name=` in
 * an address, `--name` in a command, `name: ` in a configuration or a header, `<name>` in XML.
 */
import {
  type Found,
  isSpace,
  matchAt,
  nextInList,
  type SecretNames,
  textAt,
} from './quoted-text.ts';
import { LONGEST_NAME } from './secret-names.ts';
import { anyValueAt, authorizationAt, cookieAt, type Place, valueAt } from './secret-value.ts';

/** What follows a name and `=`. */
export function* namedAssignments(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let sign = text.indexOf('='); sign !== -1; sign = text.indexOf('=', from)) {
    from = sign + 1;
    const found = assignedAt(text, sign, names);
    if (!found) continue;
    yield found;
    from = found.end;
  }
}

function assignedAt(text: string, sign: number, names: SecretNames): Found | undefined {
  const end = endOfName(text, text.charCodeAt(sign - 1) === COLON ? sign - 1 : sign);
  const name = secretNameBefore(text, end, names);
  // Comparisons and arrows; `:=` is an assignment.
  if (/[=>~]/.test(text.charAt(sign + 1))) return undefined;
  // Azure's key has a shape of its own, which has its name in it.
  if (name === undefined || name === 'AccountKey') return undefined;
  const isMeant = end === sign && isAssigned(text, sign, name);
  return found(text, isMeant ? anyValueAt(text, sign + 1) : namedValueAt(text, sign + 1, name));
}

/** What follows a name that has no quotes and a colon: a line of YAML, a header, an object of a program. */
export function colonSecretAt(text: string, colon: number, names: SecretNames): Found | undefined {
  const name = secretNameBefore(text, colon, names);
  const isNone = name === undefined || isOfPlaceholder(text, colon - name.length);
  return isNone ? undefined : found(text, namedValueAt(text, colon + 1, name));
}

/**
 * In `<secret:url-password:…>` both names are those of what was redacted; `${NAME:-other}` is a
 * reference with what stands in for it.
 */
function isOfPlaceholder(text: string, start: number): boolean {
  if (text[start - 1] === '{' && text[start - 2] === '$') return true;
  return text[start - 1] === '<' || text.startsWith('<secret:', start - 8);
}

/** What follows `--name`, in a command or in a list of its arguments. */
export function* optionSecrets(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let at = text.indexOf('--'); at !== -1; at = text.indexOf('--', from)) {
    OPTION.lastIndex = at;
    const [option = '--'] = OPTION.exec(text) ?? [];
    const end = at + option.length;
    from = end;
    if (!names.mayEnd(text, end) || !names.isSecret(option)) continue;
    const value = argumentAt(text, end);
    if (!value) continue;
    yield value;
    from = value.end;
  }
}

const OPTION = /--[A-Za-z][\w-]{0,99}/y;

function argumentAt(text: string, end: number): Found | undefined {
  if (text[end] === ' ') return found(text, valueAt(text, end));
  const [closing, backslashes = '', mark] = matchAt(CLOSING, text, end);
  if (closing === undefined || (mark !== '"' && mark !== "'")) return undefined;
  const next = nextInList(text, end + closing.length);
  if (next === undefined) return undefined;
  const quote = { mark, backslashes: backslashes.length } as const;
  const value = textAt(text, next, quote)?.found;
  return value && /^[^-\s]\S*$/.test(value.secret) ? value : undefined;
}

const CLOSING = /(\\{0,15})(["'])/y;

/** What stands in an element of XML. */
export function* elementSecrets(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let at = text.indexOf('</'); at !== -1; at = text.indexOf('</', from)) {
    from = at + 2;
    ELEMENT.lastIndex = from;
    const [, name = ''] = ELEMENT.exec(text) ?? [];
    if (!names.mayEnd(name, name.length) || !names.isSecret(name)) continue;
    const before = text.slice(Math.max(0, at - LONGEST_ELEMENT), at);
    const start = before.lastIndexOf('>') + 1;
    const secret = before.slice(start);
    if (!before.slice(0, start).endsWith(`<${name}>`) || !/^[^\s"\\]{4,}$/.test(secret)) continue;
    yield { start: at - secret.length, end: at, secret };
  }
}

const LONGEST_ELEMENT = 4000;
const ELEMENT = /([\w.-]{1,100})>/y;

function namedValueAt(text: string, at: number, name: string): Place | undefined {
  if (/authorization$/i.test(name)) return authorizationAt(text, at);
  return /cookies?$/i.test(name) ? cookieAt(text, at) : valueAt(text, at);
}

function found(text: string, place: Place | undefined): Found | undefined {
  return place && { ...place, secret: text.slice(place.start, place.end) };
}

/** The end of the name before a sign: `name =`, and `["name"] =` in a program. */
function endOfName(text: string, sign: number): number {
  let end = sign;
  while (sign - end < MOST_BETWEEN && isSpace(text.charCodeAt(end - 1))) end--;
  if (text.charCodeAt(end - 1) !== BRACKET) return end;
  while (sign - end < MOST_BETWEEN && /["'\\\]]/.test(text.charAt(end - 1))) end--;
  return end;
}

const MOST_BETWEEN = 30;
const COLON = 0x3a;
const BRACKET = 0x5d;

/** The name that ends here, where it is that of a secret. */
function secretNameBefore(text: string, end: number, names: SecretNames): string | undefined {
  if (!names.mayEnd(text, end)) return undefined;
  const name = wordBefore(text, end);
  return names.isSecret(name) ? name : undefined;
}

/** The word that ends here; too long a one is cut off, and then is no name. */
function wordBefore(text: string, end: number): string {
  let start = end;
  while (end - start <= LONGEST_NAME && isOfName(text.charCodeAt(start - 1))) start--;
  // The letters of an escape in a JSON text: `\nTOKEN=`, `\u0026token=`.
  if (text[start - 1] === '\\') {
    ESCAPE.lastIndex = start;
    start += ESCAPE.exec(text)?.[0].length ?? 0;
  }
  return text.slice(start, end);
}

const ESCAPE = /[bfnrt]|u[0-9A-Fa-f]{4}/y;

/** A letter, a digit, or one of `_.-`. */
function isOfName(code: number): boolean {
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2e || code === 0x2d;
}

/** Where a variable, an option or a query is meant: `token=token` is how programs are written. */
function isAssigned(text: string, sign: number, name: string): boolean {
  const at = sign - name.length;
  return (
    name.startsWith('--') || !/[a-z]/.test(name) || QUERY.test(text.slice(Math.max(0, at - 6), at))
  );
}

/** What is before a name in a query or a fragment, as JSON and HTML write it as well. */
const QUERY = /[?&#]$|&amp;$|\\u0026$/;
