/**
 * The stdio tap: starts a server as its client would, and stands in the middle of its three pipes.
 *
 * Bytes pass unchanged and first; a copy is recorded. Exit code, signals, ends of streams and
 * standard error are those of the server; nothing of ours is ever written to standard output.
 */
import type { ChildProcess } from 'node:child_process';
import process from 'node:process';
import type { Writable } from 'node:stream';
import spawn from 'cross-spawn';
import type { Host } from '../model/entry.ts';
import { startGuard } from './guard.ts';
import { findHost } from './host.ts';
import { launchOf } from './launch.ts';
import { connectPipes } from './pipes.ts';
import { passSignals } from './signals.ts';
import { openOutput } from './standard-stream.ts';
import { codeOf, reasonOf } from './system-error.ts';
import { type SessionOptions, startSession, type TapSession } from './tap-session.ts';
import { descendants, endTree, type Process } from './tree.ts';

export interface StdioOptions extends SessionOptions {
  readonly command: string;
  readonly args: readonly string[];
}

/** How the server ended, as its parent should see it: a code, or the signal that killed it. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs a server behind a tap on the standard streams of this process. Resolves when the server has
 * ended, every byte has left and the session is recorded. Never rejects: a command that cannot be
 * started ends with code 127 (not found) or 126, and one line on stderr.
 */
export async function tapStdio(options: StdioOptions): Promise<Ended> {
  const errors = openOutput(2);
  const say = (line: string): void => void errors.write(`wiretape: ${printable(line)}\n`);
  const failOpen = (error: unknown): void =>
    say(`A fault of the tap: ${String(error)}. The traffic passes.`);
  process.on('uncaughtException', failOpen);
  const server = startServer(options);
  const session = startSession(options, say);
  const opened = open(session, options);
  const ended = await (server instanceof Error || server.pid === undefined
    ? notStarted(server, session, options, say)
    : run(server, session, errors));
  await opened;
  await session.finish(ended.signal ?? `exit ${ended.code}`);
  await new Promise((resolve) => errors.write('', resolve));
  process.off('uncaughtException', failOpen);
  return ended;
}

function startServer({ command, args, environment }: StdioOptions): ChildProcess | Error {
  try {
    return spawn(command, [...args], {
      stdio: 'pipe',
      env: environment as NodeJS.ProcessEnv,
      windowsHide: true,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Writes the opening entry: at once where the system tells the host at once. */
function open(session: TapSession, options: StdioOptions): Promise<void> | undefined {
  const launch = launchOf(options, session.clean, session.hash);
  const openWith = (host: Host | undefined): void =>
    session.open({ transport: 'stdio', fidelity: 'bytes', launch, ...(host ? { host } : {}) });
  const found = findHost();
  if (found instanceof Promise) return found.then(openWith);
  openWith(found);
  return undefined;
}

async function notStarted(
  server: ChildProcess | Error,
  session: TapSession,
  { command }: StdioOptions,
  say: (line: string) => void,
): Promise<Ended> {
  const error =
    server instanceof Error
      ? server
      : await new Promise((resolve) => server.once('error', resolve));
  const missing = codeOf(error) === 'ENOENT';
  const sentence = missing
    ? `The command ${command} was not found.`
    : `The command ${command} cannot be started: ${reasonOf(error)}.`;
  const code = missing ? 127 : 126;
  say(`${sentence} Check its name and PATH. [command-not-found]`);
  const at = session.now();
  const { recorder, clean } = session;
  recorder.add([
    { type: 'note', at, text: clean(sentence).text },
    { type: 'exit', at, code, signal: null },
  ]);
  return { code, signal: null };
}

/** Runs a server until it has ended and everything it said has left. */
async function run(server: ChildProcess, session: TapSession, errors: Writable): Promise<Ended> {
  const pid = server.pid ?? 0;
  const pipes = connectPipes(server, session, errors);
  const guard = startGuard(pid);
  let tree: readonly Process[] | undefined;
  const ignoreSignals = passSignals((signal, isEnding) => {
    // Those below it are remembered now: once it is gone, nobody knows whose they were.
    if (isEnding) tree ??= descendants(pid);
    server.kill(signal);
  });
  const ended = await exitOf(server);
  const at = session.now();
  if (tree) await endTree(tree);
  await pipes.drain(() => tree !== undefined);
  session.recorder.add([{ type: 'exit', at, ...ended }]);
  guard.close();
  ignoreSignals();
  return ended;
}

function exitOf(server: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    server.once('exit', (code, signal) => resolve({ code, signal }));
    // Once it runs, an error only says that a signal could not be sent; before, that nothing ran.
    server.on('error', () => {});
  });
}

/** Names of commands and files may hold what a terminal would obey. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}]/gu, '?');
}
