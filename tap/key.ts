/**
 * The user's key behind every placeholder and keyed hash: 32 random bytes in the state folder.
 * Never exported. Where it cannot be kept, each process has its own, and hashes compare only
 * within one session; the fingerprint in the opening entry says so.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { statePaths } from '../model/state.ts';
import { ownFolder } from './journal-file.ts';

const KEY_LENGTH = 32;

/** The key of a state folder, made when missing; a key of this process when it cannot be kept. */
export function keyOf(state: string): Uint8Array {
  const { key } = statePaths(state);
  try {
    return readKey(key) ?? makeKey(state, key);
  } catch {
    return randomBytes(KEY_LENGTH);
  }
}

function readKey(path: string): Uint8Array | undefined {
  try {
    const key = readFileSync(path);
    return key.length === KEY_LENGTH ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Written beside its place and linked there: nobody reads half a key, and the first one stays. */
function makeKey(state: string, path: string): Uint8Array {
  ownFolder(state);
  const key = randomBytes(KEY_LENGTH);
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(beside, key, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(beside, path);
    return key;
  } catch (error) {
    const first = readKey(path);
    if (first) return first;
    throw error;
  } finally {
    unlinkSync(beside);
  }
}
