/** `wiretape token`: what opens the collector to other programs. */
import { Argument, type Command } from 'commander';
import { loadTokens, USES, type Use } from '../collector/tokens.ts';
import { statePaths } from '../model/state.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { stateOf } from './state.ts';
import { printJson, terminal } from './terminal.ts';

export function registerToken(command: Command): void {
  addCommonOptions(command)
    .addArgument(new Argument('<use>', 'what it is for').choices(USES))
    .action(print);
}

/** Makes it when there is none yet, so that a program can be set up before the collector. */
async function print(use: Use, options: CommonOptions): Promise<void> {
  const tokens = await loadTokens(statePaths(stateOf(options.state)).tokens);
  if (options.json) printJson({ token: tokens[use] });
  else terminal().line(tokens[use]);
}
