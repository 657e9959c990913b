/** Canonical JSON (RFC 8785): equal values, equal texts. */
import canonicalize from 'canonicalize';
import { isObject } from './json.ts';
import { sha256Hex } from './keyed-hash.ts';
import { order } from './order.ts';

/**
 * The canonical text of a JSON value; the empty text of undefined. A value that RFC 8785 excludes
 * (1e400 parses to Infinity, a lone surrogate) has the text of JSON.stringify with sorted members.
 */
export function canonicalJson(value: unknown): string {
  try {
    return canonicalize(value) ?? '';
  } catch {
    return JSON.stringify(sorted(value)) ?? '';
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => order(a, b));
  return Object.fromEntries(members.map(([name, inner]) => [name, sorted(inner)]));
}

/** What a definition is known by: the first 16 hex digits of the SHA-256 of its canonical text. */
export function fingerprint(value: unknown): string {
  return sha256Hex(canonicalJson(value)).slice(0, 16);
}
