/** The hashes of model/keyed-hash.ts by the engine's own cryptography: the same results, at once. */
import { createHash, createHmac } from 'node:crypto';
import type { Hash } from '../model/framing.ts';
import type { KeyedHash } from '../model/keyed-hash.ts';

/** The first 8 hex digits of the HMAC-SHA-256 of a text. */
export function keyedHash(key: Uint8Array): KeyedHash {
  return (value) => createHmac('sha256', key).update(value).digest('hex').slice(0, 8);
}

/** What names a key without telling it: 8 hex digits. */
export function fingerprintOfKey(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

export function sha256(): Hash {
  const hash = createHash('sha256');
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}
