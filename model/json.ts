/**
 * JSON texts of peers: parsed without ever throwing, and not walked when they nest too deep.
 */

/** Deeper texts are kept and shown raw: walking them could exhaust the stack of any reader. */
export const MAX_DEPTH = 256;

/** A JSON text of ours. */
export type JsonText = string;

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: 'not-json' | 'too-deep' };

/** Parses one JSON text. A text nested deeper than MAX_DEPTH is checked, and its value withheld. */
export function parseJson(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    // A text needs an opening and a closing character for each level.
    const isTooDeep = text.length > 2 * MAX_DEPTH && isDeeper(value, MAX_DEPTH);
    return isTooDeep ? { ok: false, why: 'too-deep' } : { ok: true, value };
  } catch {
    return { ok: false, why: 'not-json' };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Whether a value nests deeper than `left`; looks no deeper than that. */
function isDeeper(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, left - 1));
  for (const name in value) {
    if (isDeeper((value as JsonObject)[name], left - 1)) return true;
  }
  return false;
}

/** The index of the quote that ends the JSON string which starts at `start`. */
export function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** A whole number from 0 up that a number can hold exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What a JSON text stands for. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at a path of keys, or undefined where the path leaves the objects. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

/**
 * Whether an object text names a member twice. Parsers keep the last of them, other readers the
 * first, so such a text says two things. `value` is what the text parses to.
 */
export function repeatsMember(text: string, value: JsonObject): boolean {
  return countMembers(text) !== Object.keys(value).length;
}

/** The members of an object text, which is valid: the colons of its outermost level. */
function countMembers(text: string): number {
  let count = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) count += depth === 1 ? 1 : 0;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
  }
  return count;
}

/** A member's name as a part of a JSON pointer (RFC 6901). */
export function escapePointer(name: string): string {
  return /[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}

/** Whether two values from JSON texts are equal. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  if (one === null || other === null) return one === other;
  if (Array.isArray(one) || Array.isArray(other)) return isSameList(one, other);
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(other, name) &&
      isSameJson((one as JsonObject)[name], (other as JsonObject)[name]),
  );
}

function isSameList(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((item, index) => isSameJson(item, other[index]));
}

export function textMember(value: unknown, ...path: readonly string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/**
 * A table without inherited members, so that a peer's `constructor` or `__proto__` finds nothing.
 */
export function table<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.freeze(Object.assign(Object.create(null) as Record<string, T>, entries));
}
