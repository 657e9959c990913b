#!/usr/bin/env node
/**
 * The composition root. Hands the words to the command that they name; what a command does, and
 * what it prints, is in its own file.
 */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { ownVersion } from '../tap/own-version.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { addCommands, COMMANDS } from './commands.ts';
import { UserError } from './error.ts';
import { goOnUnheard } from './unheard.ts';

/** What a UserError, a CollectorError or the like says. */
interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** `heard`: told what Commander would print on stderr. */
function createProgram(heard: (text: string) => void): Command {
  return new Command('wiretape')
    .description('Record what MCP clients and servers really say, see it, play it back.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: heard });
}

async function main(program: Command, words: readonly string[]): Promise<void> {
  const [first] = words;
  if (first === undefined || first.startsWith('-')) addOverview(program);
  else if (!Object.hasOwn(COMMANDS, first)) throw unknownCommand(first);
  await addCommands(program, COMMANDS, words);
  await program.parseAsync(words, { from: 'user' });
}

function addOverview(program: Command): void {
  addCommonOptions(program).action(async (options: CommonOptions) => {
    const { overview } = await import('./overview.ts');
    await overview(options);
  });
}

function unknownCommand(name: string): UserError {
  const near = Object.keys(COMMANDS).find((known) => isNear(known, name));
  const hint = near === undefined ? 'wiretape --help lists the commands.' : `Did you mean ${near}?`;
  return new UserError('unknown-command', `There is no command ${name}.`, hint);
}

/** Whether two names differ in no more than one letter added, left out, changed, or swapped. */
function isNear(known: string, name: string): boolean {
  let start = 0;
  while (start < known.length && known[start] === name[start]) start++;
  const [a, b] = [known.slice(start), name.slice(start)];
  const swapped = `${a.slice(1, 2)}${a.slice(0, 1)}${a.slice(2)}`;
  return a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1) || swapped === b;
}

/** Where a command was run. */
interface Run {
  readonly program: Command;
  /** What Commander would have printed on stderr. */
  readonly heard: string;
}

/** Ends the command: our exit code for each kind of fault, and the sentence that goes with it. */
async function fail(
  error: unknown,
  words: readonly string[],
  { program, heard }: Run,
): Promise<void> {
  if (error instanceof CommanderError && error.exitCode === 0) return;
  process.exitCode = 2;
  const told = toldError(error, commandNamed(program, words));
  if (!told) {
    // A fault of ours: whoever reports it needs the stack.
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return;
  }
  const { code, message: detail, hint } = told;
  const { remark, printJson } = await import('./terminal.ts');
  if (wantsJson(words)) printJson({ error: { code, detail, hint } });
  else {
    if (isHelp(error)) process.stderr.write(`${heard}\n`);
    remark(`${detail} ${hint} [${code}]`);
  }
}

/** What to tell the user; undefined when the fault is ours. Other rooms have such errors of their own. */
function toldError(error: unknown, command: string): Told | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!(error instanceof CommanderError)) {
    const { code, hint } = error as Partial<Told> & Error;
    return typeof hint === 'string'
      ? { code: String(code), message: error.message, hint }
      : undefined;
  }
  if (isHelp(error)) {
    const detail = `${command} needs the name of one of its commands.`;
    return { code: 'wrong-usage', message: detail, hint: `${command} --help lists them.` };
  }
  const [sentence = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  // Some of its sentences end with a full stop, and some do not.
  const detail = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1).replace(/\.$/, '')}.`;
  return {
    code: 'wrong-usage',
    message: detail,
    hint: suggestion?.replace(/^\((.*)\)$/, '$1') ?? `${command} --help says more.`,
  };
}

/** The command that the words begin with, as it is written: `wiretape replay client`. */
function commandNamed(program: Command, words: readonly string[]): string {
  let [command, named] = [program, program.name()];
  for (const word of words) {
    const below = command.commands.find((one) => one.name() === word);
    if (!below) break;
    [command, named] = [below, `${named} ${word}`];
  }
  return named;
}

/** Help that was not asked for: a command was named that has others below it, and none of those. */
function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help';
}

/** A tap's stdout carries its server's bytes and never a word of ours. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  return own.includes('--json') && own[0] !== 'tap';
}

/** Whoever reads our output may stop (`| head`): then there is nobody left to tell. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  goOnUnheard();
}

/** `wiretape help ls` is `wiretape ls --help`. */
function helpLast(words: readonly string[]): readonly string[] {
  return words[0] === 'help' ? [...words.slice(1), '--help'] : words;
}

/** What stands before the command and is not about it alone: `wiretape --state DIR ls` is `wiretape ls --state DIR`. */
function commandFirst(words: readonly string[]): readonly string[] {
  let at = 0;
  while (/^--(?:json$|state(?:=|$))/.test(words[at] ?? '')) at += words[at] === '--state' ? 2 : 1;
  const command = words[at];
  if (at === 0 || command === undefined || command.startsWith('-')) return words;
  return [command, ...words.slice(0, at), ...words.slice(at + 1)];
}

const words = helpLast(commandFirst(process.argv.slice(2)));
// The tap writes its server's bytes to its own stdout, and knows what to do when nobody reads them.
if (words[0] !== 'tap') endWithReader();
let heard = '';
const program = createProgram((text) => {
  heard += text;
});
try {
  await main(program, words);
} catch (error) {
  await fail(error, words, { program, heard });
}
