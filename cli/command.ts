/** What commands have in common: their place in the program, and options that several of them take. */
import process from 'node:process';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** What `--json` and `--state` give an action. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly state?: string;
}

/** Of a command that reads or keeps recordings. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document')
    .option('--state <dir>', 'the state folder; else that of the user');
}

/** `usual`: the port that is taken when the option is left out, for the help text. */
export function portOption(usual?: number): Option {
  const otherwise = usual === undefined ? '' : ` (${usual} when left out)`;
  return new Option(
    '--port <n>',
    `the port on 127.0.0.1; 0: any that is free${otherwise}`,
  ).argParser(portOf);
}

export function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It is no port (0 to 65535)');
}

/** Resolves with the first signal that tells a program to end. */
export function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve());
  });
}
