/**
 * `kill -9` of taps in the middle of traffic, and what is promised of every one: what the client heard
 * up to the last turn is recorded, on both sides, at most one line is torn, and no process is left.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Entry, Peer } from '../../model/entry.ts';
import {
  inOrder,
  isAlive,
  journal,
  processesBelow,
  random,
  server,
  start,
  tapped,
  temporaryFolder,
  until,
} from './kit.ts';

/** A tap passes on no more than this in one turn, in bytes. */
const TURN = 64 << 10;

/** Kills so many taps, a few at once. */
export async function checkKills(count: number, seed: number): Promise<void> {
  const waiting = Array.from({ length: count }, (_, index) => seed + index);
  const worker = async (): Promise<void> => {
    for (let own = waiting.shift(); own !== undefined; own = waiting.shift()) await killOne(own);
  };
  await Promise.all([worker(), worker()]);
}

async function killOne(seed: number): Promise<void> {
  const next = random(seed);
  const state = await temporaryFolder();
  const [most, largest] = next() < 0.5 ? [300, 20] : [60, 60_000];
  const last = 5 + Math.floor(next() * most);
  const size = Math.floor(next() * largest);
  const inTurns = next() < 0.5;
  // Few, since it takes the guard a second to end those.
  const staying = next() < 0.05 ? ['--stay', next() < 0.5 ? '--willing' : '--stubborn'] : [];

  const child = start(await tapped(server('echo', ...staying), { state }));
  let left: number[] = [];
  let heard = 0;
  /** Where the lines that were heard end, in bytes. */
  const ends: number[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    if (heard === 0) left = processesBelow(child.pid ?? 0);
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, end + 1))
      ends.push(heard + end);
    heard += chunk.length;
    if (ends.length > last) child.kill('SIGKILL');
    else if (inTurns) child.stdin.write(message(ends.length, size));
  });
  const first = Array.from({ length: inTurns ? 1 : last + 1 }, (_, id) => message(id, size));
  child.stdin.write(first.join(''));
  await once(child, 'close');

  const { entries, problems } = await journal(state);
  const ordered = inOrder(entries);
  const [asked, answered] = [idsFrom(ordered, 'client'), idsFrom(ordered, 'server')];
  // One line at a time: each was forwarded a turn before its successor. All at once: all but the last turn's.
  const certain = inTurns ? last : ends.filter((end) => end < heard - TURN).length;
  expect({
    seed,
    problems: problems.filter(({ kind }) => kind !== 'torn'),
    isTornOnce: problems.length <= 1,
    first: ordered[0]?.type,
    seqs: ordered.map(({ seq }) => seq),
    asked,
    answered,
    isKept: answered.length >= certain && asked.length >= (inTurns ? last + 1 : certain),
    isServer: left.length >= 1,
  }).toEqual({
    seed,
    problems: [],
    isTornOnce: true,
    first: 'session',
    seqs: range(ordered.length),
    asked: range(asked.length),
    answered: range(answered.length),
    isKept: true,
    isServer: true,
  });
  for (const pid of left) await until(async () => !(await isAlive(pid)));
  // A thousand of them would fill the disk before the test ends.
  await rm(state, { recursive: true });
}

const LF = 0x0a;

export function message(id: number, size: number): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"ping","params":{"fill":"${'x'.repeat(size)}"}}\n`;
}

export function idsFrom(entries: readonly Entry[], from: Peer): unknown[] {
  return entries.flatMap((entry) =>
    entry.type === 'message' && entry.from === from ? [(entry.value as { id: number }).id] : [],
  );
}

export function range(end: number): number[] {
  return Array.from({ length: end }, (_, id) => id);
}
