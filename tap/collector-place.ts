/** Whether a collector of this user may be listening. A look only: nothing is connected or loaded. */
import { lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { collectorSocket } from '../model/state.ts';

/** The collector's socket, when there is one and it is ours. */
export async function findSocket(state: string): Promise<string | undefined> {
  const path = collectorSocket(process.platform, state, tmpdir());
  return (await isOurs(path)) ? path : undefined;
}

/** A socket in somebody else's folder could be anybody's: below /tmp everyone may make one. */
async function isOurs(path: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  try {
    const [folder, socket] = await Promise.all([lstat(dirname(path)), lstat(path)]);
    const user = process.getuid?.();
    const isPrivate = folder.isDirectory() && (folder.mode & 0o022) === 0;
    return isPrivate && folder.uid === user && socket.uid === user && socket.isSocket();
  } catch {
    return false;
  }
}
