/** `wiretape status`: whether a collector runs, and what it keeps. */
import type { Command } from 'commander';
import type { ExportStatus } from '../model/api.ts';
import { apiOf, findCollector } from './api.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { localTime } from './durations.ts';
import { stateOf } from './state.ts';
import { counted, printJson, terminal, visible } from './terminal.ts';

export function registerStatus(command: Command): void {
  addCommonOptions(command).action(status);
}

async function status(options: CommonOptions): Promise<void> {
  const state = stateOf(options.state);
  const running = await findCollector(state);
  const told = running && (await apiOf(state, running.address).status());
  if (options.json) {
    return printJson({
      state,
      running: running !== undefined,
      ...(running ? { ...running, ...told } : {}),
    });
  }
  const { line } = terminal();
  line(`state folder  ${state}`);
  if (!running || !told) return line('collector     does not run (wiretape open starts it)');
  line(`collector     ${running.address}, version ${told.version}, process ${running.pid}`);
  line(`started       ${localTime(told.started)}`);
  line(`sessions      ${told.sessionCount}, of them live ${told.liveCount}`);
  for (const one of told.exports) line(`exporting     ${exportText(one)}`);
}

function exportText({ endpoint, behind, failing, refused, ...more }: ExportStatus): string {
  const { hasTaken, refusal, withoutFindings } = more;
  const done = hasTaken ? 'all sent' : 'nothing to send yet';
  return visible(
    [
      `to ${endpoint}`,
      behind === 0 ? done : `${counted(behind, 'entry', 'entries')} to go`,
      failing === undefined ? '' : `waits: ${failing}`,
      refused === 0 ? '' : `${counted(refused, 'entry', 'entries')} refused (${refusal})`,
      withoutFindings === undefined ? '' : `takes no findings: ${withoutFindings}`,
    ]
      .filter((part) => part !== '')
      .join(', '),
  );
}
