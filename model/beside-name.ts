/**
 * Secrets that stand beside their name and not behind it: `{"name":"X-Api-Key","value":"…"}`,
 * `{"password":{"value":"…"}}`, and `[["Authorization","…"]]`.
 */
import { type Found, isSpace, type SecretNames, textAt } from './quoted-text.ts';

/** How far a name is from its value at most, with all that is between. */
const NEAR = 300;

/** Whether a member called `value`, whose first quote stands here, is that of a secret. */
export function isValueOfSecret(text: string, open: number, names: SecretNames): boolean {
  const before = plain(text.slice(Math.max(0, open - NEAR), open));
  const [, name = ''] = NAMED_BEFORE.exec(before) ?? AROUND.exec(before) ?? [];
  return names.isSecret(name);
}

/** Whether the member behind a value is the name of a secret. */
export function isNamedBehind(text: string, end: number, names: SecretNames): boolean {
  const [, name = ''] = NAMED_BEHIND.exec(plain(text.slice(end, end + NEAR))) ?? [];
  return names.isSecret(name);
}

/** As a text is outside of all strings. */
function plain(text: string): string {
  return text.replaceAll('\\', '').replaceAll("'", '"');
}

const NAMED_BEFORE = /"(?:name|key)"\s{0,8}:\s{0,8}"([\w.-]{1,100})"\s{0,20},\s{0,20}$/;
const NAMED_BEHIND = /^"?\s{0,20},\s{0,20}"(?:name|key)"\s{0,8}:\s{0,8}"([\w.-]{1,100})"/;
const AROUND = /"([\w.-]{1,100})"\s{0,8}:\s{0,8}\{\s{0,20}$/;

/** The second of two texts that are a list, in a list of such: how headers and queries are handed on. */
export function* pairedSecrets(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let at = text.indexOf('['); at !== -1; at = text.indexOf('[', from)) {
    from = at + 1;
    if (!isInList(text, at)) continue;
    FIRST.lastIndex = from;
    const [first, backslashes = '', mark = '"', name = ''] = FIRST.exec(text) ?? [];
    if (first === undefined || !names.mayEnd(name, name.length)) continue;
    if (!names.isSecret(name)) continue;
    const quote = { mark: mark === "'" ? "'" : '"', backslashes: backslashes.length } as const;
    const value = textAt(text, from + first.length, quote);
    if (!value?.found || !/^\s{0,20}\]/.test(text.slice(value.after, value.after + 21))) continue;
    if (names.isSecret(value.found.secret)) continue;
    yield value.found;
    from = value.after;
  }
}

/** Whether a list is in another one: a bracket or a comma is before it. */
function isInList(text: string, at: number): boolean {
  let before = at - 1;
  while (at - before < MOST_BETWEEN && isSpace(text.charCodeAt(before))) before--;
  return text[before] === '[' || text[before] === ',';
}

const MOST_BETWEEN = 100;

const FIRST = /\s{0,20}(\\{0,15})(["'])([\w.-]{1,100})\\{0,15}["']\s{0,20},\s{0,20}/y;
