/**
 * Redaction of a text before it reaches any disk or socket of ours.
 *
 * Works on the text and not on parsed values, so that everything which is no secret stays as its
 * peer wrote it: number formats, key order, repeated keys. A secret becomes `<secret:TYPE:hmac>`;
 * the same secret always the same placeholder under one key, so that matching still works.
 */
import { elementSecrets, namedAssignments, optionSecrets } from './assigned-secret.ts';
import { pairedSecrets } from './beside-name.ts';
import type { Redact } from './crossing.ts';
import { createHintSearch, literal } from './hints.ts';
import { inStrings } from './in-strings.ts';
import { parseJson } from './json.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { namedMembers } from './named-secret.ts';
import { isPlaceholder, placeholderOf } from './placeholder.ts';
import type { Found, SecretNames } from './quoted-text.ts';
import { DEFAULT_RULES, type RedactionRules } from './rules.ts';
import type { SecretShape } from './secrets.ts';
import { replaceUserShapes } from './user-shapes.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/** Gives what stands in place of a secret. */
export type Placeholder = (type: string, secret: string) => string;

/** Makes a redactor for one session. `environment`: what the server was started with. */
export function createRedact(
  hash: KeyedHash,
  environment: Environment = {},
  rules: RedactionRules = DEFAULT_RULES,
): Redact {
  const replaceValues = createReplaceValues(environment, rules);
  const names = { isSecret: remembered(rules.isSecretName), mayEnd: rules.mayEnd };
  const tagOf = remembered(hash);
  const hintedShapes = createHintSearch(rules.shapes);
  return (text) => {
    let count = 0;
    const placeholder: Placeholder = (type, secret) => {
      count++;
      return placeholderOf(type, tagOf(secret));
    };
    let clean = replaceValues(text, placeholder);
    for (const [type, search] of SEARCHES) {
      clean = replaceFound(clean, search(clean, names), (secret) => placeholder(type, secret));
    }
    clean = replaceShapes(clean, hintedShapes(clean), placeholder);
    if (rules.userShapes.length > 0)
      clean = replaceUserShapes(clean, rules.userShapes, placeholder);
    return { text: clean, count };
  };
}

/** What is known by its name, one way of writing it after the other. */
const SEARCHES: readonly (readonly [
  type: string,
  search: (text: string, names: SecretNames) => Iterable<Found>,
])[] = [
  ['field', namedMembers],
  ['field', pairedSecrets],
  ['field', elementSecrets],
  ['variable', optionSecrets],
  ['variable', namedAssignments],
];

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

/** What was redacted before stays as it is. */
function replaceFound(
  text: string,
  found: Iterable<Found>,
  placeholder: (secret: string) => string,
): string {
  let clean = '';
  let copied = 0;
  for (const { start, end, secret, quote = '' } of found) {
    if (isPlaceholder(secret)) continue;
    clean += text.slice(copied, start) + quote + placeholder(secret) + quote;
    copied = end;
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

function replaceShapes(
  text: string,
  shapes: readonly SecretShape[],
  placeholder: Placeholder,
): string {
  let clean = text;
  for (const { type, shape } of shapes) {
    clean = clean.replace(shape, (secret) => placeholder(type, secret));
  }
  return clean;
}

/** Replaces the values of secret variables wherever they stand. */
function createReplaceValues(
  environment: Environment,
  rules: RedactionRules,
): (text: string, placeholder: Placeholder) => string {
  const values = secretValues(environment, rules);
  const written = [...values.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(written.map(literal).join('|'), 'g');
  return (text, placeholder) => {
    if (!written.some((value) => text.includes(value))) return text;
    const hidden = (part: string): string =>
      part.replace(any, (value) => placeholder('env', values.get(value) ?? value));
    return parseJson(text).ok ? inStrings(text, hidden) : hidden(text);
  };
}

/** The secret values by how they may be written: plain, in a JSON text once or twice, in an address. */
function secretValues(environment: Environment, rules: RedactionRules): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !rules.isSecretVariable(name, value)) continue;
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
