/**
 * Sessions of 200 messages in which chosen calls to the disk fail, for real: a small library
 * (fault.c) refuses them in the tap's own process. `judge` holds what is promised of every one.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { type Journal, readJournal } from '../../../model/journal.ts';
import { readRecording } from '../../../model/recording.ts';
import { outcome, start, tapped } from '../kit.ts';

export const ERRNOS = ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT'] as const;

/** Which calls fail, counted from 1 in the order in which the tap makes them, and how. */
export interface Fault {
  readonly first: number;
  readonly count: number;
  readonly errno: (typeof ERRNOS)[number];
  /** A write that fails leaves half of its bytes behind. */
  readonly isShort?: boolean;
  /** The session is also written to a recording, on the same disk. */
  readonly isRecorded?: boolean;
}

/** Nothing fails. */
export const WITHOUT: Fault = { first: 0, count: 0, errno: 'EIO' };

interface Told {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The calls that the tap made, by their names. */
  readonly calls: readonly string[];
  readonly journal: Journal | undefined;
  readonly recording: readonly Entry[] | undefined;
}

const MESSAGES = Array.from(
  { length: 200 },
  (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`,
);
/** The session, each message twice, the exit and the end. */
const LEAST = 2 * MESSAGES.length + 3;

/** Compiles the library that makes calls fail; gives its path. */
export function compileFaults(folder: string): string {
  const library = join(folder, 'fault.so');
  const source = join(import.meta.dirname, 'fault.c');
  const args = ['-O2', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, source, '-ldl'];
  execFileSync(process.env['CC'] ?? 'cc', args);
  return library;
}

/** Runs one session, one message at a time, under a fault. */
export async function runFaulted(library: string, fault: Fault): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'wt-fault-'));
  try {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    const state = join(disk, 'state');
    const file = join(disk, 'a.tape.jsonl');
    const options = fault.isRecorded ? ['--record', file] : [];
    const child = start(await tapped(['cat'], { state, options }), {
      LD_PRELOAD: library,
      FAULT_FOLDER: disk,
      FAULT_FIRST: String(fault.first),
      FAULT_COUNT: String(fault.count),
      FAULT_ERRNO: String(constants.errno[fault.errno]),
      FAULT_SHORT: fault.isShort ? '1' : '0',
      FAULT_CALLS: join(folder, 'calls'),
    });
    const ended = outcome(child);
    let asked = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      if (!chunk.includes(0x0a)) return;
      const next = MESSAGES[++asked];
      if (next === undefined) child.stdin.end();
      else child.stdin.write(next);
    });
    child.stdin.write(MESSAGES[0]);
    const { code, stdout, stderr } = await ended;
    return {
      code,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
      calls: (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n').map(nameOf),
      journal: await readOnly(join(state, 'journal')),
      recording: await readWhole(file),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nameOf(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}

/** The journal of the only session, when it has one that can be read. */
async function readOnly(folder: string): Promise<Journal | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.journal'));
  expect(names.length).toBeLessThanOrEqual(1);
  return names[0] === undefined
    ? undefined
    : readJournal(await readFile(join(folder, names[0])), crc32);
}

async function readWhole(file: string): Promise<readonly Entry[] | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const recording = readRecording(bytes);
  if (!recording.ok) throw new Error(recording.detail);
  expect(recording.problems).toEqual([]);
  return recording.entries;
}

const KINDS = [
  / is not recorded: /,
  /^wiretape: Nothing is recorded: /,
  / was not written: /,
  // Whether there are rules of the user cannot be known: no text is kept.
  /wiretape\.config\.jsonc cannot be read: .* and no texts\. \[config-unreadable\]$/,
];

/**
 * The traffic is exact, every kind of loss is said once, and where the disk works again, which it
 * does after a fault that passes, the journal is whole but for one gap.
 */
export function judge(fault: Fault, told: Told): void {
  const { code, stdout, stderr, calls, journal, recording } = told;
  const lines = stderr.split('\n').slice(0, -1);
  const failed = calls.slice(fault.first - 1, fault.first - 1 + fault.count);
  const context = JSON.stringify({ fault, failed: [...new Set(failed)], stderr });
  expect({ code, traffic: stdout === MESSAGES.join('') }, context).toEqual({
    code: 0,
    traffic: true,
  });
  const kinds = lines.map((line) => KINDS.findIndex((kind) => kind.test(line)));
  expect(kinds, context).not.toContain(-1);
  expect(new Set(kinds).size, context).toBe(kinds.length);
  const isLasting = fault.first + fault.count > calls.length;
  if (isLasting && !journal) return void expect(lines, context).not.toEqual([]);
  if (!journal) throw new Error(`there is no journal: ${context}`);
  const isSaid = kinds.includes(0) || kinds.includes(1);
  judgeJournal(journal, { fault, isSaid, isLasting, context });
  if (!fault.isRecorded) return;
  expect(recording === undefined, context).toBe(kinds.includes(2));
  if (recording) expect(recording.length, context).toBe(journal.entries.length);
}

function judgeJournal(
  journal: Journal,
  {
    fault,
    isSaid,
    isLasting,
    context,
  }: { fault: Fault; isSaid: boolean; isLasting: boolean; context: string },
): void {
  const { entries, problems } = journal;
  // Where taking back what a failed write left fails as well, one damaged line stays, and is known as such.
  expect(problems.length, context).toBeLessThanOrEqual(fault.count > 1 ? 1 : 0);
  const gaps = entries.filter((entry) => entry.type === 'gap');
  const places = placesOf(entries);
  const last = Math.max(...places);
  expect(places.size, context).toBe(last + 1);
  if (isLasting) return;
  expect(last + 1, context).toBeGreaterThanOrEqual(LEAST);
  expect(
    entries.find(({ seq, type }) => seq === 0 && type === 'session'),
    context,
  ).toBeDefined();
  expect(gaps.length, context).toBeLessThanOrEqual(1);
  // What is said and what is seen are one: no loss is silent, and none is made up.
  expect(gaps.length === 1, context).toBe(isSaid);
}

/** The places that entries take, those of their gaps included. */
export function placesOf(entries: readonly Entry[]): Set<number> {
  return new Set(
    entries.flatMap((entry) => {
      const count = entry.type === 'gap' ? entry.count : 1;
      return Array.from({ length: count }, (_, index) => entry.seq + index);
    }),
  );
}
