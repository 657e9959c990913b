/** Lines and floods of any size through a tap, to the byte, whoever stalls; nothing is kept whole on the way. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { bytesOfEntry } from '../../model/crossing.ts';
import type { Entry, Peer } from '../../model/entry.ts';
import { placesOf } from './faults/session.ts';
import {
  inOrder,
  journal,
  journals,
  server,
  sha256,
  start,
  tapped,
  temporaryFolder,
  until,
} from './kit.ts';

const MIB = 1 << 20;
/** What the journals of a state folder may hold, and what one may outgrow that by, in bytes. */
const MOST = (256 + 2 * 16) * MIB;

/** One line of so many bytes to a server that says it back while it comes; recorded whole, or by its hash. */
export async function checkLine(size: number): Promise<void> {
  const state = await temporaryFolder();
  const child = start(await tapped(['cat'], { state }));
  const heard = listen(child.stdout);
  const said = createHash('sha256');
  const say = async (part: Buffer): Promise<void> => {
    said.update(part);
    if (!child.stdin.write(part)) await once(child.stdin, 'drain');
  };
  await say(Buffer.from('{"jsonrpc":"2.0","id":1,"result":"'));
  const part = Buffer.from('0123456789abcdef'.repeat(MIB / 16));
  for (let left = size; left > 0; left -= part.length) {
    await say(part.subarray(0, left));
    // The first bytes come out before the last went in.
    if (left === size) await until(() => heard.length() > 0);
  }
  await say(Buffer.from('"}'));
  const line = said.copy().digest('hex');
  await say(Buffer.from('\n'));
  child.stdin.end();
  const [code] = await once(child, 'close');
  expect({ code, heard: heard.hash() }).toEqual({ code: 0, heard: said.digest('hex') });
  const { entries, problems } = await journal(state);
  expect(problems).toEqual([]);
  for (const peer of ['client', 'server'] as const)
    expect(hashesFrom(entries, peer)).toEqual([line]);
}

export interface Flood {
  readonly stream: 'stdout' | 'stderr';
  readonly count: number;
  /** Of one line, its end included. */
  readonly size: number;
  /** Only sizes and times are kept. */
  readonly isBare?: true;
  /** Nobody reads until the pipe is full, and for so long after, in ms. */
  readonly stall?: number;
  /** More than the journals may hold comes: what lies beyond is one gap, and that is said. */
  readonly isTooMuch?: true;
}

/** Lets a server say more than anybody holds, and compares all that came, and all that was recorded. */
export async function checkFlood(flood: Flood): Promise<void> {
  const { stream, count, size, isBare, stall, isTooMuch } = flood;
  const state = await temporaryFolder();
  const options = isBare ? ['--capture', 'metadata'] : [];
  const command = server('flood', stream, String(count), String(size));
  const child = start(await tapped(command, { state, options }));
  const other = stream === 'stdout' ? child.stderr : child.stdout;
  let told = '';
  other.on('data', (chunk) => {
    told += String(chunk);
  });
  if (stall !== undefined) {
    await stalled(state);
    await delay(stall);
  }
  const heard = listen(child[stream]);
  const hash = await until(() => /^([0-9a-f]{64})$/m.exec(told)?.[1], 600_000);
  child.stdin.end();
  const [code] = await once(child, 'close');
  expect({ code, length: heard.length(), heard: heard.hash() }).toEqual({
    code: 0,
    length: count * size,
    heard: hash,
  });
  const { entries, problems } = await journal(state);
  const gaps = entries.filter(({ type }) => type === 'gap');
  const places = placesOf(entries);
  expect(problems).toEqual([]);
  expect(gaps.length).toBe(isTooMuch ? 1 : 0);
  expect(told.match(/are not recorded|is not recorded/g) ?? []).toHaveLength(isTooMuch ? 1 : 0);
  expect(inOrder(entries).at(-1)).toMatchObject({ type: 'end', seq: places.size - 1 });
  expect(await sizeOf(state)).toBeLessThan(MOST);
  const recorded = stream === 'stdout' ? hashesFrom(entries, 'server') : errorsOf(entries);
  const lines = isBare ? heard.lines().map(() => sha256(NOTHING)) : heard.lines();
  expect(recorded).toEqual(lines.slice(0, isTooMuch ? recorded.length : undefined));
  expect(recorded.length).toBeGreaterThan(isTooMuch ? count / 8 : 0);
}

async function sizeOf(state: string): Promise<number> {
  const folder = join(state, 'journal');
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Reads a stream from now on, and keeps only hashes: of all, and of each line. */
function listen(stream: Readable) {
  const whole = createHash('sha256');
  const lines: string[] = [];
  let line = createHash('sha256');
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    whole.update(chunk);
    length += chunk.length;
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      lines.push(line.update(chunk.subarray(start, end)).digest('hex'));
      line = createHash('sha256');
      start = end + 1;
    }
    line.update(chunk.subarray(start));
  });
  return { length: () => length, hash: () => whole.digest('hex'), lines: () => lines };
}

const LF = 0x0a;

/** The hash of each line that one side said, as it was recorded: over the cap the entry has it. */
function hashesFrom(entries: readonly Entry[], from: Peer): string[] {
  return inOrder(entries).flatMap((entry) => {
    if (!('from' in entry) || entry.from !== from) return [];
    if (entry.type === 'frame' && entry.sha256 !== undefined) return [entry.sha256];
    return [sha256(bytesOfEntry(entry)?.subarray(0, -1) ?? NOTHING)];
  });
}

const NOTHING = new Uint8Array(0);

/** The hash of each line of standard error. */
function errorsOf(entries: readonly Entry[]): string[] {
  return inOrder(entries)
    .flatMap((entry) => (entry.type === 'stderr' ? entry.text + (entry.partial ? '' : '\n') : []))
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => sha256(Buffer.from(line)));
}

/** Waits until the tap has told that its client takes nothing. */
async function stalled(state: string): Promise<void> {
  await until(async () => {
    const entries = (await journals(state)).flatMap((one) => one.entries);
    return entries.some((entry) => entry.type === 'note' && entry.pipe?.isFull);
  });
}
