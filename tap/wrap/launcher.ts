/**
 * The program that a wrapped entry runs. A copy of it stands in the state folder and outlives the
 * package, so it imports nothing but Node itself and is written for old ones.
 *
 * It starts the tap inside this process. When that cannot start, because the package, its cache or
 * a recent Node is gone, it runs the server itself, as if it had never been wrapped. It records
 * nothing, and once a server runs it does nothing but wait for its end.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';
import process from 'node:process';

/** What the last line of each copy gives. */
export interface Installed {
  /** Imports the module that starts a tap. */
  readonly load: () => Promise<{ readonly start: Start }>;
  /** The state folder that holds the copy. */
  readonly state: string;
}

/** What to run, from `--name NAME [--bridge KEY] [--entry ID] -- COMMAND ARGUMENTS…`. */
export interface Wanted {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The command is a bridge to a remote server. */
  readonly isBridge: boolean;
  /** What names the entry that says all this; entries of earlier versions do not. */
  readonly entry?: string;
}

/** How a server ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the loaded module exports as `start`; every later version must keep this shape. */
export type Start = (wanted: Wanted & { readonly state: string }) => Promise<End>;

const OLDEST_NODE = 20;

/** Runs the server that the arguments name, through the tap or without it, and ends as it ends. */
export async function launch(installed: Installed): Promise<void> {
  const wanted = wantedOf(process.argv.slice(2));
  if (wanted === undefined) {
    say('A launcher needs --name NAME -- COMMAND.');
    process.exit(2);
  }
  const ready = wanted.isBridge ? bridged(wanted) : wanted;
  endAs((await tapped(ready, installed)) ?? (await plain(ready)));
}

/** A bridge gets its headers by the names of variables, and finds npx beside this Node. */
function bridged(wanted: Wanted): Wanted {
  const { env, execPath } = process;
  env['PATH'] = `${dirname(execPath)}${delimiter}${env['PATH'] ?? ''}`;
  const names = Object.keys(env).filter((name) => name.startsWith(HEADER));
  const headers = names.flatMap((name) => ['--header', `${name.slice(HEADER.length)}:\${${name}}`]);
  return { ...wanted, args: [...wanted.args, ...headers] };
}

/** What the name of a variable begins with that holds a header (bridge.ts). */
const HEADER = 'WIRETAPE_HEADER_';

/** Every option before `--` has a value, which may itself be `--`. */
export function wantedOf(words: readonly string[]): Wanted | undefined {
  let at = 0;
  const options = new Map<string | undefined, string | undefined>();
  for (; at < words.length && words[at] !== '--'; at += 2) options.set(words[at], words[at + 1]);
  const [command, ...args] = words.slice(at + 1);
  if (command === undefined) return undefined;
  const isBridge = options.has('--bridge');
  const entry = options.get('--entry');
  const wanted = { name: options.get('--name') ?? command, command, args, isBridge };
  return entry === undefined ? wanted : { ...wanted, entry };
}

/** The end of a server behind a tap; undefined when no tap could be started. */
async function tapped(wanted: Wanted, { load, state }: Installed): Promise<End | undefined> {
  const version = process.versions.node;
  if (Number.parseInt(version, 10) < OLDEST_NODE) {
    sayWhy(wanted, `Node ${version} is too old`);
    return undefined;
  }
  try {
    const { start } = await load();
    return await start({ ...wanted, state });
  } catch (error) {
    // A server that runs already has taken what its client said; a second one would know nothing of it.
    if (isServing()) throw error;
    sayWhy(wanted, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function sayWhy({ name }: Wanted, reason: string): void {
  say(`${name} runs without being recorded, since wiretape could not start (${reason}).`);
}

function isServing(): boolean {
  return process.getActiveResourcesInfo().includes('ProcessWrap');
}

const WINDOWS_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const SIGNALS: readonly NodeJS.Signals[] = [...WINDOWS_SIGNALS, 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/** Runs the server on our own standard streams. */
function plain({ command, args }: Wanted): Promise<End> {
  const { platform, env } = process;
  const program =
    platform === 'win32' ? windowsProgram(command, args, { env, exists: existsSync }) : undefined;
  const { file, words, verbatim } = program ?? { file: command, words: [...args], verbatim: false };
  return new Promise((resolve) => {
    const child = spawn(file, words, {
      stdio: 'inherit',
      windowsHide: true,
      windowsVerbatimArguments: verbatim,
    });
    const passed = platform === 'win32' ? WINDOWS_SIGNALS : SIGNALS;
    for (const signal of passed) process.on(signal, () => child.kill(signal));
    child.once('error', (error: NodeJS.ErrnoException) => {
      say(`${command} could not be started: ${error.message}`);
      resolve({ code: error.code === 'ENOENT' ? 127 : 126, signal: null });
    });
    child.once('exit', (code, signal) => {
      for (const one of passed) process.removeAllListeners(one);
      resolve({ code, signal });
    });
  });
}

function endAs({ code, signal }: End): void {
  if (signal === null) process.exit(code ?? 1);
  process.kill(process.pid, signal);
  // A signal that this process survives has the exit code that a shell gives it.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
}

function say(sentence: string): void {
  process.stderr.write(`wiretape: ${sentence.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')}\n`);
}

export interface WindowsProgram {
  readonly file: string;
  readonly words: string[];
  readonly verbatim: boolean;
}

interface WindowsSystem {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
}

/**
 * How Windows starts a command without a shell: programs by themselves, scripts such as `npx.cmd`
 * by the command interpreter, with every character quoted that it would obey.
 */
export function windowsProgram(
  command: string,
  args: readonly string[],
  system: WindowsSystem,
): WindowsProgram {
  const file = windowsFile(command, system);
  if (!/\.(?:cmd|bat)$/i.test(file)) return { file, words: [...args], verbatim: false };
  const line = [caretQuoted(file), ...args.map((one) => caretQuoted(windowsQuoted(one)))].join(' ');
  return {
    file: system.env['ComSpec'] || system.env['COMSPEC'] || 'cmd.exe',
    words: ['/d', '/s', '/c', `"${line}"`],
    verbatim: true,
  };
}

/** The file that a command means: itself, or the first with a known ending along PATH. */
function windowsFile(command: string, { env, exists }: WindowsSystem): string {
  const path = env['Path'] || env['PATH'] || '';
  const endings = (env['PATHEXT'] || '.COM;.EXE;.BAT;.CMD').split(';').filter(Boolean);
  const folders = /[\\/]/.test(command) ? [''] : path.split(';').filter(Boolean);
  const places = folders.map((folder) => (folder === '' ? command : `${folder}\\${command}`));
  const hasEnding = endings.some((one) => command.toLowerCase().endsWith(one.toLowerCase()));
  const names = places.flatMap((one) =>
    hasEnding ? [one] : endings.map((ending) => one + ending),
  );
  return names.find((one) => exists(one)) ?? command;
}

/** One argument as programs on Windows take it apart: backslashes count only before a quote. */
function windowsQuoted(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** What the command interpreter would obey, told not to. */
function caretQuoted(text: string): string {
  return text.replace(/[()[\]%!^"`<>&|;, *?]/g, '^$&');
}
