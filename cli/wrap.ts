/** `wiretape wrap`: lists what hosts run, and puts taps into their configurations. */
import process from 'node:process';
import type { Command } from 'commander';
import {
  carryOut,
  checkWrappable,
  chosenServers,
  type HostId,
  hindrance,
  launcherOf,
  placeLauncher,
  planWrap,
  readRecords,
  survey,
} from '../tap/wrap/index.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { checkUsersConfig } from './config.ts';
import { UserError } from './error.ts';
import { stateOf } from './state.ts';
import { hostOption, placesHere, reported } from './wrap-options.ts';
import { printPlans, printSurvey, printWrapped } from './wrap-report.ts';

interface WrapOptions extends CommonOptions {
  readonly host?: readonly HostId[];
  readonly all?: boolean;
  readonly remote?: boolean;
  readonly dryRun?: boolean;
}

export function registerWrap(command: Command): void {
  addCommonOptions(command)
    .argument('[name...]', 'servers, as their configurations call them')
    .addOption(hostOption())
    .option('--all', 'every server of every host')
    .option('--remote', 'also remote servers, each behind a bridge (npx mcp-remote)')
    .option('--dry-run', 'show what would change, and change nothing')
    .action(reported(wrap));
}

async function wrap(names: readonly string[], options: WrapOptions): Promise<void> {
  const { host: hosts = [], all = false, remote = false, json = false } = options;
  if (all && names.length > 0) {
    throw new UserError(
      'wrong-usage',
      'Names and --all exclude each other.',
      'Leave one of them out.',
    );
  }
  const state = stateOf(options.state);
  const records = await readRecords(state);
  const found = await survey(placesHere(), hosts);
  if (names.length === 0 && hosts.length === 0 && !all) return printSurvey(found, records, json);
  await checkUsersConfig(state);
  const chosen = chosenServers(found, names);
  checkWrappable(chosen, names, remote);
  const { execPath } = process;
  const wrappable = chosen.filter((one) => hindrance(one, remote) === undefined);
  const plans = await planWrap(wrappable, launcherOf({ state, execPath }), records);
  const faults = names.length === 0 ? found.faults : [];
  if (options.dryRun) return printPlans(plans, faults, json);
  await placeLauncher(state);
  await carryOut(plans, { state, records, when: new Date().toISOString() });
  printWrapped({ plans, chosen, faults: found.faults, remote, json });
  if (faults.length > 0) process.exitCode = 2;
}
