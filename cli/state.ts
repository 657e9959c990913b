/** Which state folder a command works on. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { stateFolder } from '../model/state.ts';
import { workingFolder } from '../tap/config-place.ts';
import { UserError } from './error.ts';

/** The folder that `--state` names, else that of the user. Nothing is made. */
export function stateOf(named: string | undefined): string {
  if (named === '')
    throw new UserError('wrong-usage', '--state names no folder.', 'Leave it out, or name one.');
  const folder = named ?? stateFolder(process.platform, process.env, homedir());
  return resolve(workingFolder() ?? '/', folder);
}
