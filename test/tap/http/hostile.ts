/** Whoever means harm to an HTTP tap, or knows no better: senders of heads that never end, of noise, of bodies that explode. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import zlib from 'node:zlib';
import { expect } from 'vitest';
import type { HttpEntry } from '../../../model/entry.ts';
import { journal, random, sha256, temporaryFolder, until } from '../kit.ts';
import { ask, bodyOf, type RunningTap, rpc, tapAt, upstream } from './kit.ts';
import { closed, rawUpstream, say } from './raw.ts';

export interface SlowHeads {
  /** Resolves when the tap has cut all of them off. */
  readonly cut: Promise<unknown>;
  stop(): void;
}

/** Connections that send the head of a request byte by byte and never end it. */
export async function slowHeads(url: string, count: number, everyMs: number): Promise<SlowHeads> {
  const port = Number(new URL(url).port);
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  const cut = Promise.all(sockets.map(closed));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Long: ';
  let sent = 0;
  const timer = setInterval(() => {
    const byte = head[sent++] ?? 'x';
    for (const socket of sockets) if (socket.writable) socket.write(byte);
  }, everyMs);
  const stop = (): void => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
  return { cut, stop };
}

const PIECES = [
  'POST /mcp HTTP/1.1\r\n',
  'GET /mcp HTTP/1.1\r\n',
  'HEAD / HTTP/1.0\r\n',
  'Host: localhost\r\n',
  'Content-Length: 2\r\n',
  'Content-Length: 7\r\n',
  'content-length:0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Connection: close, content-length\r\n',
  'Expect: 100-continue\r\n',
  'Upgrade: websocket\r\n',
  'Content-Encoding: gzip\r\n',
  'X-A: a\r\n b\r\n',
  '\r\n',
  '\n',
  '\r',
  '\0',
  '{}',
  '2\r\n{}\r\n',
  '0\r\n\r\n',
  '0\r\nX-T: 1\r\n\r\n',
  'fffffffffffffffff\r\n',
  ';x="',
  '\u00ff',
];

/** Pieces of requests in some order, here and there with a byte changed, taken out or put in. */
function noise(next: () => number): Buffer {
  const pick = (): string => PIECES[Math.floor(next() * PIECES.length)] ?? '';
  const begun = next() < 0.7 ? [PIECES[Math.floor(next() * 2)], 'Host: localhost\r\n'] : [];
  const pieces = Array.from({ length: Math.floor(next() * 12) }, pick);
  const bytes = [...Buffer.from([...begun, ...pieces].join(''), 'latin1')];
  for (let changes = Math.floor(next() * 3); changes > 0; changes--) {
    const at = Math.floor(next() * bytes.length);
    const put = next() < 0.66 ? [Math.floor(next() * 256)] : [];
    bytes.splice(at, next() < 0.5 ? 1 : 0, ...put);
  }
  return Buffer.from(bytes);
}

const AT_ONCE = 20;

/** Sends so much noise to one tap; somebody else's calls are answered all the while. */
export async function checkNoise(count: number, seed: number): Promise<void> {
  const far = await rawUpstream();
  const tap = await tapAt(far.url, await temporaryFolder());
  const next = random(seed);
  let left = count;
  const sender = async (): Promise<void> => {
    while (left-- > 0) {
      await say(tap.url, noise(next), { half: true });
    }
  };
  const isHonest = ({ line }: { line: string }): boolean => line === 'POST /honest HTTP/1.1';
  const honest = async (): Promise<number> => {
    let calls = 0;
    while (left > 0) {
      const { status, body } = await rpc(`${tap.origin}/honest`, { id: ++calls, method: 'ping' });
      expect([seed, status, String(body)]).toEqual([seed, 200, '{}']);
      await delay(1);
    }
    return calls;
  };
  const [calls] = await Promise.all([honest(), ...Array.from({ length: AT_ONCE }, sender)]);
  expect({ seed, malformed: far.malformed }).toEqual({ seed, malformed: [] });
  expect(far.requests.filter(isHonest)).toHaveLength(calls);
  // Some of it is well-formed by chance.
  expect(far.requests.length).toBeGreaterThan(calls);
  expect([seed, await tap.end()]).toEqual([seed, 0]);
}

export type Coding = 'gzip' | 'br';

/** A message of so many MiB that is next to nothing when it is coded. */
export async function bomb(coding: Coding, mib: number): Promise<Buffer> {
  const quality = { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 };
  const coder =
    coding === 'gzip' ? zlib.createGzip() : zlib.createBrotliCompress({ params: quality });
  const parts: Buffer[] = [];
  coder.on('data', (part: Buffer) => parts.push(part));
  const block = Buffer.alloc(1 << 20, 'a');
  coder.write('{"jsonrpc":"2.0","id":1,"result":{"text":"');
  for (let n = 0; n < mib; n++)
    await new Promise<void>((resolve) => void coder.write(block, () => resolve()));
  coder.end('"}}');
  await once(coder, 'end');
  return Buffer.concat(parts);
}

/** So much memory a bomb may cost at most, in MiB. */
const COST = 128;

/** A bomb passes as it is, from either side, and costs the tap no memory to speak of. */
export async function checkBomb(coding: Coding, mib: number): Promise<void> {
  const bytes = await bomb(coding, mib);
  const heard: string[] = [];
  const far = await upstream(async (request, response) => {
    heard.push(sha256(await bodyOf(request)));
    const coded = { 'content-type': 'application/json', 'content-encoding': coding };
    response.writeHead(200, coded).end(bytes);
  });
  const state = await temporaryFolder();
  const tap = await tapAt(far.url, state);
  const before = await peakOf(tap);
  const headers = { 'content-type': 'application/json', 'content-encoding': coding };
  const { body } = await ask(tap.url, { headers, body: [bytes] });
  expect([heard, sha256(body)]).toEqual([[sha256(bytes)], sha256(bytes)]);
  const fault = 'it grows without measure';
  const coded = { coding, bytes: bytes.length, sha256: sha256(bytes), fault };
  const ended = await until(async () =>
    (await journal(state)).entries.find(
      (entry): entry is HttpEntry => entry.type === 'http' && entry.phase === 'ended',
    ),
  );
  expect(ended.coded).toEqual([
    { from: 'client', ...coded },
    { from: 'server', ...coded },
  ]);
  expect((await peakOf(tap)) - before).toBeLessThan(COST);
  await tap.end();
}

/** The most memory that a tap has had, in MiB. */
async function peakOf({ pid }: RunningTap): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
