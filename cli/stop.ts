/** `wiretape stop`: ends the collector of a state folder. Taps go on without it. */
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { isRunning } from '../tap/owner.ts';
import type { Running } from '../tap/running-collector.ts';
import { findCollector } from './api.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { UserError } from './error.ts';
import { stateOf } from './state.ts';
import { printJson, remark } from './terminal.ts';

/** How long a collector may take to end, in ms. */
const PATIENCE = 15_000;

export function registerStop(command: Command): void {
  addCommonOptions(command).action(stop);
}

async function stop(options: CommonOptions): Promise<void> {
  const running = await findCollector(stateOf(options.state));
  if (running) await endProcess(running);
  if (options.json)
    return printJson({ stopped: running !== undefined, ...(running ? { pid: running.pid } : {}) });
  remark(running ? `The collector at ${running.address} is stopped.` : 'No collector runs.');
}

async function endProcess(running: Running): Promise<void> {
  process.kill(running.pid, 'SIGTERM');
  const end = performance.now() + PATIENCE;
  while (isRunning(running)) {
    if (performance.now() > end) {
      const detail = `The collector (process ${running.pid}) has not ended in ${PATIENCE / 1000} s.`;
      throw new UserError('collector-failed', detail, 'Try again, or end the process yourself.');
    }
    await delay(20);
  }
}
