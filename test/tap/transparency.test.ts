// Invariant: bytes pass unchanged, and with `--capture raw` the journal yields the same bytes back.
// 200 taps, each with a random stream either way: valid and broken UTF-8, CR, NUL, BOM, empty lines, JSON and
// almost-JSON, long lines, a last line without LF, split at random places. The seed is in the name of the test.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FrameEntry } from '../../model/entry.ts';
import {
  bytesFrom,
  inOrder,
  journal,
  outcome,
  random,
  run,
  sha256,
  start,
  tapped,
  temporaryFolder,
} from './kit.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

const STREAMS = 200;
const AT_ONCE = 4;

test(`200 random streams each way come out as they went in, and out of the journal (SEED=${seed})`, async () => {
  const waiting = Array.from({ length: STREAMS }, (_, index) => seed + index);
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await checkStream(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}, 400_000);

async function checkStream(own: number): Promise<void> {
  const next = random(own);
  const folder = await temporaryFolder();
  const [toServer, toClient] = [stream(next), stream(next)];
  await writeFile(join(folder, 'say'), toClient);
  // The shell reads its standard input into one file while it says the other.
  const command = ['sh', '-c', 'cat "$1/say" & cat > "$1/heard"; wait', 'sh', folder];
  const child = start(await tapped(command, { state: folder, options: ['--capture', 'raw'] }));
  const ended = outcome(child);
  for (const chunk of split(toServer, next)) {
    child.stdin.write(chunk);
    if (next() < 0.1) await delay(1);
  }
  child.stdin.end();
  const { code, stdout, stderr } = await ended;
  const { entries, problems } = await journal(folder);
  expect({
    own,
    code,
    stderr: stderr.toString(),
    problems,
    heard: sha256(await readFile(join(folder, 'heard'))),
    said: sha256(stdout),
    recordedToServer: sha256(bytesFrom(entries, 'client')),
    recordedToClient: sha256(bytesFrom(entries, 'server')),
    seqs: inOrder(entries).every(({ seq }, index) => seq === index),
  }).toEqual({
    own,
    code: 0,
    stderr: '',
    problems: [],
    heard: sha256(toServer),
    said: sha256(toClient),
    recordedToServer: sha256(toServer),
    recordedToClient: sha256(toClient),
    seqs: true,
  });
}

/** A few lines of every kind, the last one often without its end. */
function stream(next: () => number): Buffer {
  const lines = Array.from({ length: Math.floor(next() * 12) }, () => line(next));
  const whole = Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')]));
  return next() < 0.5 ? whole : Buffer.concat([whole, line(next)]);
}

const KINDS: readonly ((next: () => number) => string | Buffer)[] = [
  () => '',
  () => '\r',
  () => '\ufeff{"jsonrpc":"2.0","id":1,"method":"ping"}',
  (next) =>
    `{"jsonrpc":"2.0","id":${Math.floor(next() * 9)},"method":"tools/call","params":{"a":"é漢\u2028"}}`,
  () => '{"jsonrpc":"2.0","id":9007199254740993,"id":1.0,"result":{"n":1e400,"s":"\\ud800"}}\r',
  () => '[{"jsonrpc":"2.0","id":"","method":"a"},{"jsonrpc":"2.0","method":"b"}]',
  () => '{"jsonrpc":"2.0"},"from":"client","type":"exit","x":1',
  (next) => '['.repeat(10_000) + ']'.repeat(next() < 0.5 ? 10_000 : 9999),
  () => 'Server started\u0000\u001b[31m on port 1',
  (next) =>
    Buffer.from(
      Array.from({ length: Math.floor(next() * 300) }, () => notLf(Math.floor(next() * 256))),
    ),
  (next) => `{"big":"${'0123456789'.repeat(Math.floor(next() * 20_000))}"}`,
  (next) => Buffer.alloc(Math.floor(next() * 200_000), 0xc3),
];

function notLf(byte: number): number {
  return byte === 0x0a ? 0x0b : byte;
}

function line(next: () => number): Buffer {
  const kind = KINDS[Math.floor(next() * KINDS.length)];
  return Buffer.from(kind?.(next) ?? '');
}

function split(bytes: Buffer, next: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = next() < 0.3 ? 1 + Math.floor(next() * 7) : 1 + Math.floor(next() * 70_000);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

test('a line over the cap passes whole, and is recorded by head, length and hash', async () => {
  const folder = await temporaryFolder();
  const huge = Buffer.concat([
    Buffer.from('{"text":"'),
    Buffer.alloc(20 << 20, 'x'),
    Buffer.from('"}'),
  ]);
  const command = await tapped(['cat'], { state: folder });
  const { stdout } = await run(command, {
    input: Buffer.concat([huge, Buffer.from('\n{"id":1}\n')]),
  });
  expect(stdout.length).toBe(huge.length + 10);
  const { entries } = await journal(folder);
  const frames = entries.filter((entry): entry is FrameEntry => entry.type === 'frame');
  expect(frames.map(({ why, bytes, sha256: hash }) => [why, bytes, hash])).toEqual([
    ['over-cap', huge.length, sha256(huge)],
    ['over-cap', huge.length, sha256(huge)],
  ]);
  expect(frames[0]?.text?.length).toBeGreaterThan(60_000);
});
