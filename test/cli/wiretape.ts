/** Runs the built program as its users do: as a process, from a folder and with a state of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

export const ROOT = resolve(import.meta.dirname, '../..');
export const MAIN = join(ROOT, 'dist/cli/main.js');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A child whose output is gathered; it is killed when the test lets go of it. */
export interface Child {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Waits until the output has this, and gives what it matched. */
  says(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<RegExpExecArray>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function start(args: readonly string[], options: RunOptions = {}): Child {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? tmpdir(),
    // Neither colours nor a browser, wherever the tests run.
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const woken = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
      for (const wake of woken) wake();
    });
  }
  const ended = once(child, 'close').then(([code]): Ran => ({ code, ...text }));
  return {
    child,
    ended,
    says: (pattern, stream = 'stdout') =>
      new Promise((found, missed) => {
        const look = (): void => {
          const match = pattern.exec(text[stream]);
          if (match) found(match);
        };
        woken.add(look);
        look();
        void ended.then(() =>
          missed(new Error(`ended without ${pattern}: ${JSON.stringify(text).slice(-500)}`)),
        );
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export async function wiretape(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  await using running = start(args, options);
  running.child.stdin?.end();
  return await running.ended;
}

export interface Folder {
  readonly path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'wiretape-cli-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
