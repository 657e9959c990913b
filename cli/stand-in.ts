/**
 * `wiretape replay stand-in`: what `wiretape replay workflow` names in the configuration that it
 * writes. Hosts start it; people do not, so no help lists it.
 */
import process from 'node:process';
import type { Command } from 'commander';
import { joinGate } from '../replay/workflow/join-gate.ts';
import { codeOfServer } from './client-process.ts';
import { UserError } from './error.ts';
import { remark } from './terminal.ts';

export function registerStandIn(command: Command): void {
  command.argument('<server>').requiredOption('--gate <socket>').action(standIn);
}

async function standIn(name: string, { gate: socket }: { readonly gate: string }): Promise<void> {
  const { stdin: input, stdout: output } = process;
  const joined = await joinGate({ socket, name, input, output });
  if (joined.how === 'no-gate') {
    const detail = `No replay listens at ${socket}.`;
    throw new UserError('no-replay', detail, 'Start wiretape replay workflow again.');
  }
  if (joined.how === 'refused') {
    const hint = 'The client connects more often than it did, or to another server.';
    throw new UserError('unknown-session', `${joined.why}.`, hint);
  }
  if (joined.how === 'over') {
    process.exitCode = codeOfServer(joined.end);
    return;
  }
  remark(`the replay of ${name} ended in the middle.`);
  process.exitCode = 1;
}
