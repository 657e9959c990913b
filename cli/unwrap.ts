/** `wiretape unwrap`: takes the taps out of the configurations of hosts again. */
import process from 'node:process';
import type { Command } from 'commander';
import {
  carryOut,
  chosenServers,
  everyWrapped,
  type HostId,
  planUnwrap,
  readRecords,
  survey,
} from '../tap/wrap/index.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { stateOf } from './state.ts';
import { hostOption, placesHere, reported } from './wrap-options.ts';
import { printPlans, printUnwrapped } from './wrap-report.ts';

interface UnwrapOptions extends CommonOptions {
  readonly host?: readonly HostId[];
  readonly dryRun?: boolean;
}

export function registerUnwrap(command: Command): void {
  addCommonOptions(command)
    .argument('[name...]', 'servers, as their configurations call them; none: all')
    .addOption(hostOption())
    .option('--dry-run', 'show what would change, and change nothing')
    .action(reported(unwrap));
}

async function unwrap(names: readonly string[], options: UnwrapOptions): Promise<void> {
  const { host: hosts = [], json = false } = options;
  const state = stateOf(options.state);
  const records = await readRecords(state);
  const ofHosts = records.filter(({ host }) => hosts.length === 0 || hosts.includes(host));
  const found = await everyWrapped(await survey(placesHere(), hosts), ofHosts);
  const plans = await planUnwrap(chosenServers(found, names, 'wrapped'), records);
  const faults = names.length === 0 ? found.faults : [];
  if (options.dryRun) return printPlans(plans, faults, json);
  await carryOut(plans, { state, records, when: new Date().toISOString() });
  printUnwrapped(plans, found.faults, json);
  if (faults.length > 0) process.exitCode = 2;
}
