/**
 * Puts: writes of one thing under an explicit key, which add it where nothing of the key was.
 *
 * A second put of a key replaces the first by rights, so that only a key that is gone altogether tells
 * of a loss, and only in a read of all keys of the same namespace.
 */
import { isObject } from '../../model/json.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import { nounOf } from '../footprint/places.ts';
import { isPutting } from '../footprint/verbs.ts';
import { lastWord, wordsOf } from '../footprint/words.ts';

/** A path says where a thing lies, and lists show one folder. */
const KEYS = new Set(['key', 'name', 'id', 'uuid', 'slug']);

export function isPut({ kind, tool, keys }: Operation): boolean {
  const [key, ...others] = keys;
  return (
    key !== undefined &&
    others.length === 0 &&
    KEYS.has(key.word) &&
    isPutting(tool, kind) &&
    !wordsOf(tool).some((word) => PASSING.has(word))
  );
}

/** What is put there goes away by itself. */
const PASSING = new Set(['cache', 'session', 'lru', 'temp', 'temporary', 'tmp', 'clipboard']);

/**
 * What keys are apart by: every argument that is neither the key nor what is put under it. Undefined
 * where an attribute of a thing is put, and not the thing.
 */
export function namespaceOf(put: Operation): string | undefined {
  const args = argumentsOf(put);
  const key = put.keys[0];
  if (!isObject(args) || !key) return undefined;
  const others = Object.entries(args).filter(([name]) => name !== key.argument);
  const noun = nounOf(put.tool);
  const names = others.map(([name]) => lastWord(name));
  const isAttribute = key.word !== 'key' && names.some((name) => name === noun && name !== 'value');
  if (others.length === 0 || isAttribute) return undefined;
  return JSON.stringify([put.tool, ...others.filter((one) => !isValue(one)).sort()]);
}

const VALUES =
  /^(?:value|text|content|body|data|payload|note|description|item|object|json|message|field|entry|record)$/;

/** Whether an argument is what is put there: by its name, or since nothing is called so. */
function isValue([name, value]: [string, unknown]): boolean {
  if (VALUES.test(lastWord(name))) return true;
  return typeof value === 'string' ? /\s/.test(value) : typeof value === 'object';
}

const TIMES =
  /^(?:ttl|ex|px|expires?|expiry|expiration|expiring|lifetime|until|ephemeral|maxage|retention)$/;

/** Whether its arguments say that it goes away by itself. */
export function mayExpire(write: Operation): boolean {
  const args = argumentsOf(write);
  return (
    isObject(args) &&
    Object.keys(args).some((name) => wordsOf(name).some((word) => TIMES.test(word)))
  );
}
