/** Where the socket of a replayed workflow is: in the state folder, under a name of its own. */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { makePrivateFolder } from '../collector/private.ts';
import { answers } from '../collector/socket.ts';
import { gateSocket } from '../model/state.ts';

/** A place that nobody has, in a folder for this user alone. */
export async function gatePlace(state: string): Promise<string> {
  const id = randomBytes(4).toString('hex');
  const place = gateSocket(process.platform, state, tmpdir(), id);
  if (process.platform === 'win32') return place;
  await makePrivateFolder(dirname(place));
  await removeLeft(dirname(place));
  return place;
}

/** Removes the sockets of replays that were killed. */
async function removeLeft(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((one) => /^gate-[0-9a-f]{8}\.sock$/.test(one))) {
    if (!(await answers(join(folder, name)))) await rm(join(folder, name), { force: true });
  }
}
