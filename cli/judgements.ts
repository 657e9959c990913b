/** What explorations came to, for commands that most people run without having explored anything. */
import { existsSync } from 'node:fs';
import type { Judgement } from '../model/judgement.ts';
import { statePaths } from '../model/state.ts';

/** All that is kept in a state folder. Where nothing was explored, nothing is loaded. */
export async function judgementsHere(state: string): Promise<readonly Judgement[]> {
  if (!existsSync(statePaths(state).explored)) return [];
  const { readJudgements } = await import('../collector/judgements.ts');
  return readJudgements(state);
}

/** Erases what was found out with the calls of a session. */
export async function eraseJudgementsHere(state: string, session: string): Promise<void> {
  if (!existsSync(statePaths(state).explored)) return;
  const { eraseJudgements } = await import('../collector/judgements.ts');
  await eraseJudgements(state, session);
}
