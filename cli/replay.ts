/** `wiretape replay`: recordings that speak again. */
import type { Command } from 'commander';
import { registerReplayClient } from './replay-client.ts';
import { registerReplayServer } from './replay-server.ts';

export function registerReplay(program: Command): void {
  const replay = program
    .command('replay')
    .description('let a recording speak for what it recorded');
  registerReplayServer(replay);
  registerReplayClient(replay);
}
