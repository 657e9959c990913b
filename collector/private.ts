/**
 * Folders and files of one user alone: 0700 and 0600, and refused when they are not.
 *
 * A folder below the temporary directory could have been made by anybody before us, so it is taken
 * only when it is a real folder, ours, and closed to others.
 */
import { chmod, lstat, mkdir, open, rename, statfs } from 'node:fs/promises';
import process from 'node:process';
import { CollectorError } from './error.ts';

export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CollectorError(
      'unwritable-folder',
      `The folder ${path} cannot be made: ${(error as Error).message}`,
      'Choose another folder with --state.',
    );
  }
  const found = await lstat(path);
  const own = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !own) {
    throw new CollectorError(
      'unsafe-folder',
      `${path} is no folder of this user.`,
      'Remove it, or choose another folder with --state.',
    );
  }
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(path, 0o700);
}

/** Writes a whole file of 0600: whoever reads it sees all of it or the one before. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** statfs(2): NFS, SMB, CIFS, SMB2, AFS, Coda, NCP. */
const NETWORK = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0x564c]);

/** SQLite's locks and its write-ahead file do not hold over a network. */
export async function refuseNetworkFolder(path: string): Promise<void> {
  const found = await statfs(path).catch(() => undefined);
  if (!found || !NETWORK.has(found.type >>> 0)) return;
  throw new CollectorError(
    'network-folder',
    `${path} is on a network file system, where a store is not safe.`,
    'Choose a local folder with --state.',
  );
}
