/** The file that keeps a baseline of definitions: read, and written only over one of its kind. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Definitions } from '../analysis/definitions.ts';
import { lockText, readLock } from '../analysis/definitions.ts';
import { systemCode, systemReason, UserError } from './error.ts';
import { safeJson } from './terminal.ts';

export const LOCK_FILE = 'wiretape.lock.json';

/** The baseline in a file; undefined when there is no file. */
export async function readLockFile(file: string): Promise<Definitions | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    const detail = `${file} cannot be read: ${systemReason(error)}.`;
    throw new UserError('no-such-file', detail, 'Name another one.');
  }
  const lock = readLock(text);
  if (lock.ok) return lock.servers;
  if (lock.why === 'newer') {
    const detail = `${file} was written by a newer version.`;
    throw new UserError('newer-format', detail, 'Update wiretape.');
  }
  const hint =
    'wiretape lock writes one; name it by --lock=FILE, recordings without --lock before them.';
  throw new UserError('not-a-lock', `${file} is no lock of definitions.`, hint);
}

/** The bytes of a lock. Characters that an editor or a terminal would hide or obey are escaped. */
export function lockBytes(servers: Definitions): string {
  return safeJson(lockText(servers));
}

/** Puts a lock in its place at once. */
export async function writeLockFile(file: string, servers: Definitions): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    // Made to be committed, so with the rights of any other file.
    await writeFile(beside, lockBytes(servers), { flag: 'wx' });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    const hint = `Choose a folder other than ${dirname(file)}.`;
    throw new UserError('unwritable-folder', detail, hint);
  }
}
