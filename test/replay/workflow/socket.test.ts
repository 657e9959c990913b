// The gate on its socket: whatever connects and whatever it says, the others are served.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { joinGate, playWorkflow, recordedSessions, serveGate } from '../../../replay/index.ts';
import { createFrames, encodeFrame } from '../../../replay/workflow/frames.ts';
import { client, exit, server, tape, toolCall, toolText } from '../../kit/entries.ts';

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wiretape-gate-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const asked = (name: string, id: string, start = 5_000_000): Entry[] =>
  tape(name, [client(toolCall(1, 'x')), server(toolText(1, `from ${id}`))], {
    id: `01${id}`.padEnd(26, '0'),
    start,
  });

async function open(entries: readonly Entry[]) {
  const play = playWorkflow(recordedSessions(entries), { patience: 3_600_000 });
  count += 1;
  const socket = join(folder, `${count}.sock`);
  const gate = await serveGate({ play, socket });
  return { play, socket, gate };
}

/** A stand-in whose client says this and is gone. */
async function visit(socket: string, name: string, said: string | Uint8Array) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  input.end(said);
  const joined = await joinGate({ socket, name, input, output });
  return { joined, heard: Buffer.concat(chunks).toString('utf8') };
}

const line = `${JSON.stringify({ jsonrpc: '2.0', ...toolCall(7, 'x') })}\n`;

test('a client that closes its side at once gets its answers all the same', async () => {
  const { play, socket, gate } = await open(asked('a', 'A'));
  const { joined, heard } = await visit(socket, 'a', line);
  expect(joined).toEqual({ how: 'over' });
  expect(JSON.parse(heard)).toMatchObject({ id: 7, result: { content: [{ text: 'from A' }] } });
  await play.over;
  expect(play.report()).toMatchObject({ equal: true });
  await gate.close();
});

test('a server that ended by itself says how to its stand-in', async () => {
  const { socket, gate } = await open(tape('a', [client(toolCall(1, 'x')), exit(3)]));
  const { joined } = await visit(socket, 'a', line);
  expect(joined).toEqual({ how: 'over', end: { code: 3, signal: null } });
  await gate.close();
});

test('a server that is started again is the next recorded session of its name', async () => {
  const { play, socket, gate } = await open([...asked('a', 'A'), ...asked('a', 'B', 6_000_000)]);
  for (const text of ['from A', 'from B']) {
    expect((await visit(socket, 'a', line)).heard).toContain(text);
  }
  await play.over;
  expect((await visit(socket, 'a', line)).joined).toEqual({
    how: 'refused',
    why: 'The recording has 2 connection(s) to a, and all are in use',
  });
  expect((await visit(socket, '__proto__', line)).joined).toMatchObject({
    how: 'refused',
    why: expect.stringContaining('no server __proto__'),
  });
  await gate.close();
});

test('what a hostile client says is a miss, and no more', async () => {
  const { play, socket, gate } = await open(asked('a', 'A'));
  const lines = [
    'no json',
    `${'['.repeat(100_000)}`,
    '{"__proto__":{"id":1},"id":1,"method":"__proto__"}',
    '{"jsonrpc":"2.0","id":{"a":1},"method":"tools/call"}',
    JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(1 << 20), method: 'y' }),
    '\u0000\u001b[2J',
  ];
  const said = Buffer.concat([
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from(`${lines.join('\n')}\n`),
    Buffer.from(line),
  ]);
  const { heard } = await visit(socket, 'a', said);
  expect(heard).toContain('from A');
  await play.over;
  const [report] = play.report().sessions;
  expect(report?.matchedCount).toBe(1);
  expect(report?.misses.length).toBeGreaterThanOrEqual(lines.length - 1);
  await gate.close();
});

test('what is no stand-in is shown the door, and holds up nobody', async () => {
  const { play, socket, gate } = await open([...asked('a', 'A', 6_000_000), ...asked('b', 'B')]);
  const strangers = [
    Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    encodeFrame('bytes', Buffer.from(line)),
    Buffer.concat([encodeFrame('hello', Buffer.from('a')), encodeFrame('hello', Buffer.from('b'))]),
    Buffer.from([0, 0xff, 0xff, 0xff, 0xff]),
    randomBytes(4096),
  ];
  for (const said of strangers) {
    const stranger = connect(socket);
    stranger.on('error', () => {});
    stranger.resume().write(said);
    await once(stranger, 'close');
  }
  // One that says nothing, and one that says that things were written which never were sent.
  const silent = connect(socket);
  const liar = connect(socket);
  liar.write(Buffer.concat(Array.from({ length: 100 }, () => encodeFrame('written'))));
  expect((await visit(socket, 'b', line)).heard).toContain('from B');
  silent.destroy();
  liar.destroy();
  await gate.close();
  expect(play.report().sessions.map(({ equal }) => equal)).toEqual([false, true]);
});

test('frames come whole out of chunks of any size', () => {
  const sent = Buffer.concat([
    encodeFrame('hello', Buffer.from('é')),
    encodeFrame('written'),
    encodeFrame('bytes', randomBytes(70_000)),
    encodeFrame('end'),
  ]);
  for (const size of [1, 2, 3, 4, 5, 6, 7, 1000, sent.length]) {
    const frames = createFrames(1 << 20);
    const whole = [];
    for (let at = 0; at < sent.length; at += size) {
      whole.push(...(frames(sent.subarray(at, at + size)) ?? []));
    }
    const again = Buffer.concat(whole.map(({ kind, bytes }) => encodeFrame(kind, bytes)));
    expect({ size, isSame: again.equals(sent) }).toEqual({ size, isSame: true });
  }
});
