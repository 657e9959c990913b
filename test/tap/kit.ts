/** What the tests of the tap share: taps as processes, what they left in their state folder, conditions. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { bytesOfEntry } from '../../model/crossing.ts';
import type { Entry, Peer } from '../../model/entry.ts';
import { type Journal, readJournal } from '../../model/journal.ts';
import { built } from '../kit/built.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wt-tap-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server of these tests: a script for Node beside this file. */
export function server(name: string, ...args: readonly string[]): string[] {
  return [process.execPath, join(import.meta.dirname, 'servers', `${name}.mjs`), ...args];
}

export interface TapOptions {
  readonly state: string;
  /** Options of `wiretape tap`. */
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The command that runs a server behind a tap. */
export async function tapped(
  command: readonly string[],
  { state, options = [] }: TapOptions,
): Promise<string[]> {
  return [process.execPath, await built(), 'tap', '--state', state, ...options, '--', ...command];
}

/** Starts a command with three pipes; it is killed when the test ends. */
export function start(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess & {
  stdin: NonNullable<ChildProcess['stdin']>;
  stdout: Readable;
  stderr: Readable;
} {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  child.stdin.on('error', () => {});
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Runs a command to its end with this on its standard input. */
export async function run(
  command: readonly string[],
  {
    input = '',
    env = {},
  }: { input?: string | Uint8Array; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const child = start(command, env);
  const ended = outcome(child);
  child.stdin.end(input);
  return await ended;
}

/** What a process says until its pipes are closed, and how it ended. */
export async function outcome(child: ReturnType<typeof start>): Promise<Ran> {
  const [stdout, stderr, end] = await Promise.all([
    gather(child.stdout),
    gather(child.stderr),
    new Promise<Pick<Ran, 'code' | 'signal'>>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal }));
    }),
  ]);
  return { ...end, stdout, stderr };
}

async function gather(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** All journals of a state folder, by their sessions, oldest first. */
export async function journals(state: string): Promise<Journal[]> {
  const folder = join(state, 'journal');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.journal'));
  const read = names
    .sort()
    .map(async (name) => readJournal(await readFile(join(folder, name)), crc32));
  return (await Promise.all(read)).filter((journal) => journal !== undefined);
}

/** The only journal of a state folder. */
export async function journal(state: string): Promise<Journal> {
  const [only, ...more] = await journals(state);
  if (!only || more.length > 0)
    throw new Error(`expected one journal, found ${more.length + (only ? 1 : 0)}`);
  return only;
}

/** The entries in order of seq, as every reader takes them. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => a.seq - b.seq);
}

/** All bytes that one side sent, as the entries give them back. */
export function bytesFrom(entries: readonly Entry[], from: Peer): Buffer {
  const parts = inOrder(entries).flatMap((entry) =>
    'from' in entry && entry.from === from ? [bytesOfEntry(entry) ?? Buffer.from('?')] : [],
  );
  return Buffer.concat(parts);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Waits until something is so, and gives it; fails after `withinMs`. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 20_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`it did not come true within ${withinMs} ms`);
    await delay(10);
  }
}

/** Whether a process runs, and is no zombie that nobody has waited for. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) [ZX] /.test(stat);
}

/** All processes that run below one, guards included. */
export function processesBelow(root: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' });
  const all = table.split('\n').map((line) => line.trim().split(/\s+/));
  const below = (parent: number): number[] =>
    all
      .filter(([, of, name]) => Number(of) === parent && name !== 'ps')
      .flatMap(([pid]) => [Number(pid), ...below(Number(pid))]);
  return below(root);
}

/** Random numbers from a seed (mulberry32): the same in every run. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
