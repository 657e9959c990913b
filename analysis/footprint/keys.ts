/** Which resources a call names: the arguments on top whose last word is that of a key. */
import { isObject, type JsonObject } from '../../model/json.ts';
import { lastWord } from './words.ts';

const KEY_WORD = /^(?:id|uuid|uri|path|url|file|filepath|filename|key|name|slug)$/;
const PATH_WORD = /^(?:path|file|filepath|filename|uri)$/;
const TO_WORD = /^(?:source|destination|from|to|target|old|new)$/;

export interface Key {
  /** The value as all calls of a container write it; a path without `//`, `/./` and a last slash. */
  readonly value: string;
  /** The argument it came from, and that argument's last word. */
  readonly argument: string;
  readonly word: string;
  /** An absolute path of this machine, which other processes know by the same name. */
  readonly absolute: boolean;
}

/** The keys among the arguments on top; texts and lists of texts. `move`: source and target count too. */
export function keysOf(args: unknown, move: boolean): Key[] {
  const keys: Key[] = [];
  if (!isObject(args)) return keys;
  for (const argument of Object.keys(args)) {
    const word = lastWord(argument);
    if (!KEY_WORD.test(word) && !(move && TO_WORD.test(word))) continue;
    for (const text of textsOf(args[argument])) keys.push(keyOf(argument, word, text));
  }
  return keys;
}

/** What people call a file: the last part of its path; undefined where the key is no path. */
export function fileNameOf({ value, word }: Key): string | undefined {
  if (!PATH_WORD.test(word) && !TO_WORD.test(word)) return undefined;
  return value.slice(value.lastIndexOf('/') + 1) || value;
}

/** Whether the argument of this name selects a resource. */
export function isKeyName(argument: string): boolean {
  return KEY_WORD.test(lastWord(argument));
}

export function keyOf(argument: string, word: string, text: string): Key {
  const plain = text.startsWith('file:///') ? decoded(text.slice('file://'.length)) : text;
  const absolute =
    /^(?:\/|[a-z]:[\\/])/i.test(plain) && (PATH_WORD.test(word) || TO_WORD.test(word));
  return { value: absolute ? cleanPath(plain) : plain, argument, word, absolute };
}

/** The path and all folders above it, itself first. */
export function withAncestors(path: string): string[] {
  const all = [path];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    all.push(path.slice(0, at));
    if (all.length === DEEPEST) break;
  }
  return all;
}

const DEEPEST = 64;

/** A path with `/` between its parts, and without `//`, `/./`, `/../` and a last slash. */
export function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  const drive = /^[a-z]:$/i.test(kept[0] ?? '');
  return `${drive ? '' : '/'}${kept.join('/')}`;
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function textsOf(value: JsonObject[string]): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return Array.isArray(value)
    ? value.flatMap((item) => (typeof item === 'string' ? [item] : []))
    : [];
}
