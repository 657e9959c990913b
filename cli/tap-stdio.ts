/** `wiretape tap -- COMMAND`, once the server runs: everything that could be loaded after its start. */
import { workingFolder } from '../tap/config-place.ts';
import { ownVersion } from '../tap/own-version.ts';
import { serverName } from '../tap/program.ts';
import { runTap } from '../tap/run.ts';
import type { Ended, Started, StdioOptions } from '../tap/stdio.ts';
import { rulesHere } from './config.ts';
import { stateOf } from './state.ts';

interface Options extends Omit<StdioOptions, 'name' | 'state' | 'version'> {
  readonly name: string | undefined;
  readonly state: string | undefined;
}

export async function recordServer(started: Started, options: Options): Promise<Ended> {
  const { command, args } = options;
  const state = stateOf(options.state);
  return runTap(started, {
    ...options,
    name: options.name ?? serverName(command, args, workingFolder()),
    state,
    ...(await rulesHere(state)),
    version: ownVersion(),
  });
}
