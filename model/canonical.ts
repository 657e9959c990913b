/** Canonical JSON (RFC 8785): equal values, equal texts. */
import canonicalize from 'canonicalize';
import { sha256Hex } from './keyed-hash.ts';

/**
 * The canonical text of a JSON value; the empty text of undefined. A value that RFC 8785 excludes
 * (1e400 parses to Infinity, a lone surrogate) has the text of JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
  try {
    return canonicalize(value) ?? '';
  } catch {
    return JSON.stringify(value) ?? '';
  }
}

/** What a definition is known by: the first 16 hex digits of the SHA-256 of its canonical text. */
export function fingerprint(value: unknown): string {
  return sha256Hex(canonicalJson(value)).slice(0, 16);
}
