/**
 * Redaction of a text before it reaches any disk or socket of ours.
 *
 * Works on the text and not on parsed values, so that everything which is no secret stays as its
 * peer wrote it: number formats, key order, repeated keys. A secret becomes `<secret:TYPE:hmac>`;
 * the same secret always the same placeholder under one key, so that matching still works.
 */
import type { Redact } from './crossing.ts';
import { isSecretVariable } from './environment.ts';
import { groupBy } from './group.ts';
import { endOfString, parseJson } from './json.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { type Found, namedAssignments, namedMembers } from './named-secret.ts';
import { isSecretName, SECRET_SHAPES } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Placeholder = (type: string, secret: string) => string;

/** Makes a redactor for one session. `environment`: what the server was started with. */
export function createRedact(hash: KeyedHash, environment: Environment = {}): Redact {
  const replaceValues = createReplaceValues(environment);
  const isSecret = remembered(isSecretName);
  const tagOf = remembered(hash);
  return (text) => {
    let count = 0;
    const placeholder: Placeholder = (type, secret) => {
      count++;
      return `<secret:${type}:${tagOf(secret)}>`;
    };
    let clean = replaceValues(text, placeholder);
    clean = replaceFound(clean, namedMembers(clean, isSecret), (secret) =>
      placeholder('field', secret),
    );
    clean = replaceFound(clean, namedAssignments(clean, isSecret), (secret) =>
      placeholder('variable', secret),
    );
    clean = replaceShapes(clean, placeholder);
    return { text: clean, count };
  };
}

/** The same few names and secrets come with every message. */
function remembered<T>(ask: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = ask(text);
    if (answers.size < MOST_REMEMBERED) answers.set(text, answer);
    return answer;
  };
}

const MOST_REMEMBERED = 1000;

const PLACEHOLDER = /^<secret:[a-z0-9-]{1,40}:[0-9a-f]{8}>$/;

/** What was redacted before stays as it is. */
function replaceFound(
  text: string,
  found: Iterable<Found>,
  placeholder: (secret: string) => string,
): string {
  let clean = '';
  let copied = 0;
  for (const { start, end, secret, quote = '' } of found) {
    if (PLACEHOLDER.test(secret)) continue;
    clean += text.slice(copied, start) + quote + placeholder(secret) + quote;
    copied = end;
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

/** One look at a text for the hints of all shapes, since most texts have none. */
const HINTS = new RegExp(treeOf(SECRET_SHAPES.flatMap(({ hints }) => hints)));

function replaceShapes(text: string, placeholder: Placeholder): string {
  if (!HINTS.test(text)) return text;
  let clean = text;
  for (const { type, hints, shape } of SECRET_SHAPES) {
    if (!hints.some((hint) => clean.includes(hint))) continue;
    clean = clean.replace(shape, (secret) => placeholder(type, secret));
  }
  return clean;
}

/** An expression for any of these texts that shares their beginnings: half the time of a plain list. */
function treeOf(texts: readonly string[]): string {
  if (texts.includes('')) return '';
  const byFirst = groupBy(texts, (text) => text.charAt(0));
  const byRest = groupBy(byFirst.keys(), (first) =>
    treeOf((byFirst.get(first) ?? []).map((text) => text.slice(1))),
  );
  const branches = [...byRest].map(([rest, firsts]) => `[${firsts.map(literal).join('')}]${rest}`);
  return branches.length === 1 ? (branches[0] ?? '') : `(?:${branches.join('|')})`;
}

function literal(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}

/** Replaces the values of secret variables wherever they stand. */
function createReplaceValues(
  environment: Environment,
): (text: string, placeholder: Placeholder) => string {
  const values = secretValues(environment);
  const written = [...values.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(written.map(literal).join('|'), 'g');
  return (text, placeholder) => {
    if (!written.some((value) => text.includes(value))) return text;
    const hidden = (part: string): string =>
      part.replace(any, (value) => placeholder('env', values.get(value) ?? value));
    return parseJson(text).ok ? inStrings(text, hidden) : hidden(text);
  };
}

/**
 * Changes what stands in the strings of a JSON text. A number that is a secret as a whole becomes a
 * string; part of another number is none, and to replace it would break the text.
 */
function inStrings(text: string, change: (part: string) => string): string {
  let changed = '';
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const open = quote === -1 ? text.length : quote;
    changed += text.slice(at, open).replace(NUMBER, (number) => {
      const clean = change(number);
      return PLACEHOLDER.test(clean) ? `"${clean}"` : number;
    });
    if (quote === -1) return changed;
    const close = endOfString(text, quote);
    changed += change(text.slice(quote, close + 1));
    at = close + 1;
  }
  return changed;
}

const NUMBER = /[\d.eE+-]{6,}/g;

/** The secret values by how they may be written: plain, in a JSON text once or twice, in an address. */
function secretValues(environment: Environment): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !isSecretVariable(name, value)) continue;
    const once = escaped(value);
    for (const form of [value, once, escaped(once), inAddress(value)]) values.set(form, value);
  }
  return values;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inAddress(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half a surrogate pair cannot stand in an address.
    return text;
  }
}
