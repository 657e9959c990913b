/**
 * What explorations came to, kept in the state folder: a file for each, so that whoever reads, writes
 * or erases needs no lock. A later judgement of the same matter takes the place of the earlier one.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Judgement, matterOf, parseJudgement } from '../model/judgement.ts';
import { order } from '../model/order.ts';
import { statePaths } from '../model/state.ts';
import { makePrivateFolder, writePrivateFile } from './private.ts';

/** Keeps them; rejects where the folder cannot be written. */
export async function keepJudgements(
  state: string,
  judgements: readonly Judgement[],
): Promise<void> {
  if (judgements.length === 0) return;
  const folder = statePaths(state).explored;
  for (const path of [state, folder]) await makePrivateFolder(path);
  for (const one of judgements) {
    await writePrivateFile(join(folder, matterOf(one) + ENDING), `${JSON.stringify(one)}\n`);
  }
}

/** All that are kept; none where there is no folder. */
export async function readJudgements(state: string): Promise<readonly Judgement[]> {
  return (await filesOf(state)).map(({ judgement }) => judgement);
}

/** Erases what was found out with the calls of a session. */
export async function eraseJudgements(state: string, session: string): Promise<void> {
  for (const { path, judgement } of await filesOf(state)) {
    if (judgement.sessions.includes(session)) await rm(path, { force: true });
  }
}

/** How often it is looked for new ones, in ms. */
const LOOKS_EVERY = 500;

/** Calls back whenever some came or went; gives what ends that. Keeps no process alive. */
export function watchJudgements(state: string, told: () => void): () => void {
  const { explored } = statePaths(state);
  watchFile(explored, { interval: LOOKS_EVERY, persistent: false }, told);
  return () => unwatchFile(explored, told);
}

const ENDING = '.json';

async function filesOf(state: string) {
  const folder = statePaths(state).explored;
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(ENDING)).sort(order);
  const read = await Promise.all(
    files.map(async (name) => {
      const path = join(folder, name);
      // One that is gone by now was erased.
      const judgement = parseJudgement(await readFile(path, 'utf8').catch(() => ''));
      return judgement ? [{ path, judgement }] : [];
    }),
  );
  return read.flat();
}
