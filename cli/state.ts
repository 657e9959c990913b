/** Which state folder a command works on. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { stateFolder } from '../model/state.ts';
import { UserError } from './error.ts';

/** The folder that `--state` names, else that of the user. Nothing is made. */
export function stateOf(named: string | undefined): string {
  if (named === '')
    throw new UserError('wrong-usage', '--state names no folder.', 'Leave it out, or name one.');
  return resolve(named ?? stateFolder(process.platform, process.env, homedir()));
}
