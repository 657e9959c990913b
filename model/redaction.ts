/**
 * Redaction of a text before it reaches any disk or socket of ours.
 *
 * Works on the text and not on parsed values, so that everything which is no secret stays as its
 * peer wrote it: number formats, key order, repeated keys. A secret becomes `<secret:TYPE:hmac>`;
 * the same secret always the same placeholder under one key, so that matching still works.
 */
import type { Redact } from './crossing.ts';
import { isSecretVariable } from './environment.ts';
import { endOfString } from './json.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { isSecretName, SECRET_SHAPES } from './secrets.ts';

/** Words that every secret field name contains: most texts hold none and are not searched. */
const NAME_HINT = /pass|pwd|secret|token|key|authorization|cookie|credential/i;

/** Makes a redactor for one session. `environment`: what the server was started with. */
export function createRedact(
  hash: KeyedHash,
  environment: Readonly<Record<string, string | undefined>> = {},
): Redact {
  const values = secretValues(environment);
  return (text) => {
    let count = 0;
    const placeholder = (type: string, secret: string): string => {
      count++;
      return `<secret:${type}:${hash(secret)}>`;
    };
    let clean = text;
    for (const [written, value] of values) {
      if (clean.includes(written))
        clean = clean.replaceAll(written, () => placeholder('env', value));
    }
    if (NAME_HINT.test(clean)) clean = replaceNamed(clean, placeholder);
    clean = replaceShapes(clean, placeholder);
    return { text: clean, count };
  };
}

/** Each secret value as it may stand in a text (plain, or escaped in a JSON string), longest first. */
function secretValues(
  environment: Readonly<Record<string, string | undefined>>,
): [string, string][] {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !isSecretVariable(name, value)) continue;
    values.set(value, value);
    values.set(JSON.stringify(value).slice(1, -1), value);
  }
  return [...values].sort(([a], [b]) => b.length - a.length);
}

function replaceShapes(
  text: string,
  placeholder: (type: string, secret: string) => string,
): string {
  const lower = text.toLowerCase();
  let clean = text;
  for (const { type, hint, shape } of SECRET_SHAPES) {
    if (lower.includes(hint)) clean = clean.replace(shape, (secret) => placeholder(type, secret));
  }
  return clean;
}

/** Replaces each JSON string that is the value of a field with a secret name. */
function replaceNamed(text: string, placeholder: (type: string, secret: string) => string): string {
  let clean = '';
  let copied = 0;
  let at = text.indexOf('"');
  while (at !== -1) {
    const end = endOfString(text, at);
    const value = valueAfter(text, end + 1);
    if (value !== undefined && isSecretName(text.slice(at + 1, end))) {
      const close = endOfString(text, value);
      const secret = text.slice(value + 1, close);
      if (secret !== '' && !secret.startsWith('<secret:')) {
        clean += text.slice(copied, value + 1) + placeholder('field', secret);
        copied = close;
      }
      at = text.indexOf('"', close + 1);
    } else at = text.indexOf('"', end + 1);
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

const MEMBER = /\s{0,64}:\s{0,64}"/y;

/** The index of the opening quote when a colon and a string follow, else undefined. */
function valueAfter(text: string, at: number): number | undefined {
  MEMBER.lastIndex = at;
  return MEMBER.test(text) ? MEMBER.lastIndex - 1 : undefined;
}
