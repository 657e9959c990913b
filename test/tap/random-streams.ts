/**
 * Random streams through a tap: whatever either side says, in pieces of any size, must arrive as it
 * was said and come back out of the journal byte for byte.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Entry, Peer } from '../../model/entry.ts';
import { wireBytes } from '../kit/random.ts';
import {
  bytesFrom,
  inOrder,
  journal,
  outcome,
  server,
  sha256,
  start,
  tapped,
  temporaryFolder,
} from './kit.ts';

interface Said {
  readonly bytes: Buffer;
  /** The sizes of the pieces in which it is said. */
  readonly sizes: readonly number[];
}

/** Where a stream is said in small pieces: so many of one size in a row. */
const smallPieces = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  size: fc.constantFrom(1, 1, 2, 3, 7, 4096),
  count: fc.integer({ min: 1, max: 100 }),
});

/** `count` inputs with a line end between them, and half the time one behind the last. */
const streamOf = (count: number): fc.Arbitrary<Said> =>
  fc
    .tuple(
      fc.array(wireBytes, { minLength: count, maxLength: count, size: 'max' }),
      fc.boolean(),
      fc.array(smallPieces, { minLength: 20, maxLength: 40 }),
    )
    .map(([inputs, isEnded, pieces]) => {
      const lines = inputs.flatMap((input) => [input, Buffer.from('\n')]);
      const bytes = Buffer.concat(isEnded ? lines : lines.slice(0, -1));
      return { bytes, sizes: sizesOf(bytes.length, pieces) };
    });

/** The sizes of pieces that are together as long as the stream. */
function sizesOf(
  length: number,
  pieces: readonly { place: number; size: number; count: number }[],
): number[] {
  const ends = pieces.flatMap(({ place, size, count }) =>
    Array.from({ length: count }, (_, index) => Math.floor(place * length) + index * size),
  );
  const cuts = [...new Set(ends)].filter((end) => end > 0 && end < length).sort((a, b) => a - b);
  return [...cuts, length].map((end, index) => end - (cuts[index - 1] ?? 0));
}

/** Runs one tap with so many inputs from either side, all made from the seed. */
export async function checkStreams(inputs: number, seed: number): Promise<void> {
  const [sides] = fc.sample(fc.tuple(streamOf(inputs), streamOf(inputs)), { numRuns: 1, seed });
  if (!sides) throw new Error('no streams were made');
  const [asked, answered] = sides;
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'say'), answered.bytes);
  await writeFile(join(folder, 'sizes'), JSON.stringify(answered.sizes));
  const child = start(
    await tapped(server('say', folder), { state: folder, options: ['--capture', 'raw'] }),
  );
  const ended = outcome(child);
  await sayInPieces(child.stdin, asked);
  const { code, stdout, stderr } = await ended;
  const { entries, problems } = await journal(folder);
  const out = (bytes: Buffer, recorded: Peer) => ({
    passed: sha256(bytes),
    recorded: sha256(bytesFrom(entries, recorded)),
    lines: linesFrom(entries, recorded),
  });
  const into = ({ bytes }: Said) => {
    const hash = sha256(bytes);
    return { passed: hash, recorded: hash, lines: linesIn(bytes) };
  };
  expect({
    seed,
    code,
    stderr: stderr.toString(),
    problems,
    asked: out(await readFile(join(folder, 'heard')), 'client'),
    answered: out(stdout, 'server'),
    isGapless: inOrder(entries).every(({ seq }, index) => seq === index),
  }).toEqual({
    seed,
    code: 0,
    stderr: '',
    problems: [],
    asked: into(asked),
    answered: into(answered),
    isGapless: true,
  });
  await rm(folder, { recursive: true });
}

/** Each piece is handed over before the next one, so that many of them arrive alone. */
async function sayInPieces(to: Writable, { bytes, sizes }: Said): Promise<void> {
  let at = 0;
  for (const size of sizes) {
    const piece = bytes.subarray(at, at + size);
    await new Promise((written) => to.write(piece, written));
    at += size;
  }
  to.end();
}

/** Each run of bytes up to a line end is one entry, and so is what follows the last one. */
function linesFrom(entries: readonly Entry[], from: Peer): number {
  return entries.filter((entry) => 'from' in entry && entry.from === from).length;
}

function linesIn(bytes: Buffer): number {
  let count = bytes.length === 0 || bytes.at(-1) === LF ? 0 : 1;
  for (const byte of bytes) if (byte === LF) count++;
  return count;
}

const LF = 0x0a;
