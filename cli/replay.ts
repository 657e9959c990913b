/** `wiretape replay`: recordings that speak again. */
import type { Command } from 'commander';
import { registerReplayClient } from './replay-client.ts';
import { registerReplayServer } from './replay-server.ts';
import { registerReplayWorkflow } from './replay-workflow.ts';
import { registerStandIn } from './stand-in.ts';

export function registerReplay(program: Command): void {
  const replay = program
    .command('replay')
    .description('let a recording speak for what it recorded');
  registerReplayServer(replay);
  registerReplayWorkflow(replay);
  registerStandIn(replay);
  registerReplayClient(replay);
}
