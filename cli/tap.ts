/** `wiretape tap`: runs one server behind a tap, and ends exactly as that server ends. */
import { constants } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import type { Command } from 'commander';
import { startServer } from '../tap/stdio.ts';
import { UserError } from './error.ts';

interface TapOptions {
  readonly name?: string;
  readonly workflow?: string;
  readonly record?: string;
  readonly capture: string;
  readonly state?: string;
}

const LEVELS = ['metadata', 'redacted', 'raw'] as const;

export function registerTap(program: Command): void {
  program
    .command('tap')
    .description(
      'run a server behind a tap that records what passes: wiretape tap -- npx -y SERVER',
    )
    .argument('[command...]', 'the server and its arguments, after --')
    .option('--name <name>', 'what to call the server; else its command')
    .option('--workflow <name>', 'put sessions of this name in one workflow')
    .option('--record <file>', 'when it ends, write the session to this recording, or add it there')
    .option('--capture <level>', `what to keep: ${LEVELS.join(', ')}`, 'redacted')
    .option('--state <dir>', 'the state folder; else that of the user')
    .passThroughOptions()
    .action(tap);
}

async function tap(words: readonly string[], options: TapOptions): Promise<void> {
  const [command, ...args] = words;
  if (command === undefined) {
    throw new UserError(
      'no-command',
      'No server was named.',
      'Write wiretape tap -- COMMAND ARGUMENTS.',
    );
  }
  const capture = LEVELS.find((level) => level === options.capture);
  if (!capture) {
    const hint = `It is one of ${LEVELS.join(', ')}.`;
    throw new UserError('wrong-usage', `There is no capture level ${options.capture}.`, hint);
  }
  // The server first, everything else while it gets ready.
  const environment = process.env;
  const started = await startServer({ command, args, environment });
  const [{ runTap }, { serverName }, { stateOf }, { ownVersion }] = await Promise.all([
    import('../tap/run.ts'),
    import('../tap/package.ts'),
    import('./state.ts'),
    import('../tap/own-version.ts'),
  ]);
  const { workflow, record } = options;
  const ended = await runTap(started, {
    command,
    args,
    environment,
    name: options.name ?? serverName(command, args),
    state: stateOf(options.state),
    ...(workflow === undefined ? {} : { workflow }),
    ...(record === undefined ? {} : { record: resolve(record) }),
    capture,
    version: ownVersion(),
  });
  endAs(ended);
}

/** Ends this process as its server ended: with its code, or by its signal. */
function endAs({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }): void {
  if (signal === null) process.exit(code ?? 1);
  process.kill(process.pid, signal);
  // A signal that this process survives has the exit code that a shell gives it.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
}
