/**
 * The stdio tap: starts a server as its client would, and stands in the middle of its three pipes.
 *
 * Bytes pass unchanged and first; a copy is recorded. Exit code, signals, ends of streams and
 * standard error are those of the server; nothing of ours is ever written to standard output.
 * This file starts the server before anything else is loaded: both then get ready together.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { type SessionClock, startClock } from './clock.ts';
import { startGuard } from './guard.ts';
import { passSignals } from './signals.ts';
import type { SessionOptions } from './tap-session.ts';
import { descendants, type Process } from './tree.ts';

/** What is started, as its client would start it. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: SessionOptions['environment'];
}

export interface StdioOptions extends SessionOptions, Command {
  /** What names the entry of a configuration that started this tap (wrap/records.ts). */
  readonly entry?: string;
}

/** How the server ended, as its parent should see it: a code, or the signal that killed it. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that was started, or could not be. */
export interface Started {
  /** The clock of its session. */
  readonly clock: SessionClock;
  readonly server: Server | Error;
}

export interface Server {
  readonly process: ChildProcess;
  /** How it ended; an error when it never ran. */
  readonly ended: Promise<Ended | Error>;
  /** What ran below it when we were told to end; undefined as long as we were not. */
  tree(): readonly Process[] | undefined;
  /** Lets its output flow; whoever wants it listens by now. */
  release(): void;
  /** It has ended, and so will we. */
  close(): void;
}

/**
 * Runs a server behind a tap on the standard streams of this process. Resolves when the server has
 * ended, every byte has left and the session is recorded. Never rejects: a command that cannot be
 * started ends with code 127 (not found) or 126, and one line on stderr.
 */
export async function tapStdio(options: StdioOptions): Promise<Ended> {
  const started = await startServer(options);
  const { runTap } = await import('./run.ts');
  return await runTap(started, options);
}

/** Starts a server; its output is held until somebody runs the tap (run.ts). Never rejects. */
export async function startServer({ command, args, environment }: Command): Promise<Started> {
  const clock = startClock();
  // Elsewhere cross-spawn is the spawn of Node, and would only have to be loaded.
  const start = process.platform === 'win32' ? (await import('cross-spawn')).default : spawn;
  try {
    const env = environment as NodeJS.ProcessEnv;
    const child = start(command, [...args], { stdio: 'pipe', env, windowsHide: true });
    return { clock, server: watch(child) };
  } catch (error) {
    return { clock, server: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Whatever happens from now on, the server is told, heard, and not left behind. */
function watch(child: ChildProcess): Server {
  const { pid } = child;
  let tree: readonly Process[] | undefined;
  const ignoreSignals = passSignals((signal, isEnding) => {
    // Those below it are remembered now: once it is gone, nobody knows whose they were.
    if (isEnding && pid !== undefined) tree ??= descendants(pid);
    child.kill(signal);
  });
  const guard = pid === undefined ? undefined : startGuard(pid);
  return {
    process: child,
    ended: endOf(child),
    tree: () => tree,
    release: hold(child),
    close() {
      guard?.close();
      ignoreSignals();
    },
  };
}

function endOf(child: ChildProcess): Promise<Ended | Error> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      // Once it runs, an error only says that a signal could not be sent.
      if (child.pid === undefined) resolve(error);
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Without listeners Node throws away the output of a child that has ended: until then it is held. */
function hold({ stdout, stderr }: ChildProcess): () => void {
  const listener = (): void => {};
  for (const stream of [stdout, stderr]) stream?.on('readable', listener);
  return () => {
    for (const stream of [stdout, stderr]) stream?.off('readable', listener);
  };
}
