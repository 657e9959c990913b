/**
 * Secrets that stand beside their name and not behind it: `{"name":"X-Api-Key","value":"…"}`,
 * `{"password":{"value":"…"}}`, and `[["Authorization","…"]]`.
 */
import {
  afterSpace,
  beforeSpace,
  type Found,
  matchAt,
  nextInList,
  type SecretNames,
  textAt,
} from './quoted-text.ts';

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
  return text.replace(LINE_END, ' ').replaceAll('\\', '').replaceAll("'", '"');
}

const LINE_END = /\\{1,15}[nrt]/g;
const NAMED_BEFORE = /"(?:name|key)"\s{0,8}:\s{0,8}"([\w.-]{1,100})"\s{0,60},\s{0,60}$/;
const NAMED_BEHIND = /^"?\s{0,60},\s{0,60}"(?:name|key)"\s{0,8}:\s{0,8}"([\w.-]{1,100})"/;
const AROUND = /"([\w.-]{1,100})"\s{0,8}:\s{0,8}\{\s{0,60}$/;

/** The second of two texts that are a list, in a list of such: how headers and queries are handed on. */
export function* pairedSecrets(text: string, names: SecretNames): Generator<Found> {
  let from = 0;
  for (let at = text.indexOf('['); at !== -1; at = text.indexOf('[', from)) {
    from = at + 1;
    if (!isInList(text, at)) continue;
    const begin = afterSpace(text, from);
    const [first, backslashes = '', mark = '"', name = ''] = matchAt(FIRST, text, begin);
    if (first === undefined || !names.mayEnd(name, name.length) || !names.isSecret(name)) continue;
    const next = nextInList(text, begin + first.length);
    const quote = { mark: mark === "'" ? "'" : '"', backslashes: backslashes.length } as const;
    const value = next === undefined ? undefined : textAt(text, next, quote);
    if (!value?.found || text[afterSpace(text, value.after)] !== ']') continue;
    if (names.isSecret(value.found.secret)) continue;
    yield value.found;
    from = value.after;
  }
}

/** Whether a list is in another one: a bracket or a comma is before it. */
function isInList(text: string, at: number): boolean {
  const before = text[beforeSpace(text, at - 1)];
  return before === '[' || before === ',';
}

const FIRST = /(\\{0,15})(["'])([\w.-]{1,100})\\{0,15}["']/y;
