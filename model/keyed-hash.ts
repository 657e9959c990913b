/**
 * Keyed hashes (HMAC-SHA-256, RFC 2104): equal values stay equal, and nobody without the key can
 * guess a value by trying. Comparable only under equal key fingerprints.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Hash } from './framing.ts';
import { bytesOf } from './text.ts';

export type KeyedHash = (value: string) => string;

/** A function that gives the first 8 hex digits of the keyed hash of a text. */
export function keyedHash(key: Uint8Array): KeyedHash {
  // Taking in the key is half of the work, and the same each time.
  const begun = hmac.create(sha256, key);
  return (value) => bytesToHex(begun.clone().update(bytesOf(value)).digest()).slice(0, 8);
}

/** What names a key without telling it: 8 hex digits. */
export function fingerprintOfKey(key: Uint8Array): string {
  return sha256Hex(key).slice(0, 8);
}

/** A running SHA-256 (FIPS 180-4). */
export function createSha256(): Hash {
  const hash = sha256.create();
  return { update: (bytes) => hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}

export function sha256Hex(data: Uint8Array | string): string {
  return bytesToHex(sha256(typeof data === 'string' ? bytesOf(data) : data));
}
