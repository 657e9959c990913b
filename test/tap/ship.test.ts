// Invariant: a collector that is absent, hung, slow or refusing costs the traffic nothing, and nothing is lost:
// what is not acknowledged stays in the journal. One that is there gets every entry once, in order.

import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Collector, startCollector } from '../../collector/index.ts';
import {
  inOrder,
  journal,
  journals,
  outcome,
  run,
  server,
  start,
  tapped,
  temporaryFolder,
  until,
} from './kit.ts';

const LINES = 300;
const TRAFFIC = Array.from(
  { length: LINES },
  (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`,
).join('');

async function collect(state: string): Promise<Collector> {
  const collector = await startCollector({ state, port: 0, version: '0.0.0-test' });
  onTestFinished(() => collector.close());
  return collector;
}

async function ask(collector: Collector, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${collector.token}` };
  return (await fetch(`${collector.address}${path}`, { headers })).text();
}

/** The seqs of the entries that the collector has of its only session, once it has ended. */
async function collected(collector: Collector): Promise<number[]> {
  const id = await until(async () => {
    const [session] = JSON.parse(await ask(collector, '/api/sessions'));
    return session?.phase === 'ended' && (session.id as string);
  });
  const seqs: number[] = [];
  for (;;) {
    const text = await ask(
      collector,
      `/api/sessions/${id}/entries?from=${(seqs.at(-1) ?? -1) + 1}`,
    );
    if (text === '') return seqs;
    for (const line of text.trimEnd().split('\n')) seqs.push(Number(/"seq":(\d+)/.exec(line)?.[1]));
  }
}

/** Every place once and in order; besides what crossed there may be notes that a pipe was full for a while. */
function expectWhole(seqs: readonly number[], least: number): void {
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, seq) => seq));
  expect(seqs.length).toBeGreaterThanOrEqual(least);
}

describe('a collector that is there', () => {
  test('gets a session while it runs, and its journal goes', async () => {
    const state = await temporaryFolder();
    const collector = await collect(state);
    const child = start(await tapped(server('echo'), { state }));
    child.stdin.write(TRAFFIC);
    // Live: everything has arrived before the session ends.
    const live = await until(async () => {
      const [session] = JSON.parse(await ask(collector, '/api/sessions'));
      return session?.lastSeq >= 2 * LINES && session;
    });
    expect(live.phase).not.toBe('ended');
    const ended = outcome(child);
    child.stdin.end();
    await ended;
    expectWhole(await collected(collector), 2 * LINES + 3);
    await until(async () => (await journals(state)).length === 0);
  });

  test('gets a large message and the small ones behind it in order', async () => {
    const state = await temporaryFolder();
    const collector = await collect(state);
    const large = `{"jsonrpc":"2.0","method":"x","params":"${'y'.repeat(3_000_000)}"}\n`;
    const child = start(await tapped(server('echo'), { state }));
    child.stdout.resume();
    child.stdin.write(large + TRAFFIC + large);
    await until(
      async () => JSON.parse(await ask(collector, '/api/sessions'))[0]?.lastSeq >= 2 * LINES + 4,
    );
    child.stdin.end();
    expectWhole(await collected(collector), 2 * LINES + 7);
  });

  test('goes and comes back: nothing is lost, nothing is doubled', async () => {
    const state = await temporaryFolder();
    const first = await collect(state);
    const child = start(await tapped(server('echo'), { state }));
    const heard = lineCount(child.stdout);
    child.stdin.write(TRAFFIC);
    await until(async () => JSON.parse(await ask(first, '/api/sessions'))[0]?.lastSeq > LINES);
    await first.close();
    child.stdin.write(TRAFFIC);
    await until(() => heard() === 2 * LINES);
    const second = await collect(state);
    child.stdin.write(TRAFFIC);
    await until(() => heard() === 3 * LINES);
    child.stdin.end();
    expectWhole(await collected(second), 6 * LINES + 3);
    await until(async () => (await journals(state)).length === 0);
  });
});

test('a long journal begins anew when all of it is acknowledged, and nothing is lost by it', async () => {
  const state = await temporaryFolder();
  const collector = await collect(state);
  const child = start(await tapped(server('echo'), { state }));
  child.stdout.resume();
  const big = `{"jsonrpc":"2.0","method":"x","params":"${'y'.repeat(1_000_000)}"}\n`;
  const size = async (): Promise<number> => {
    const [name = ''] = await readdir(join(state, 'journal'));
    return (await stat(join(state, 'journal', name))).size;
  };
  for (let at = 0; at < 12; at++) child.stdin.write(big);
  await until(async () => JSON.parse(await ask(collector, '/api/sessions'))[0]?.lastSeq >= 24);
  await until(async () => (await size()) < 1 << 20);
  child.stdin.write(TRAFFIC);
  child.stdin.end();
  expectWhole(await collected(collector), 2 * LINES + 24 + 3);
});

describe('a collector that is no help costs the traffic nothing, and the journal stays whole', () => {
  test.each(['absent', 'hung', 'refusing', 'deaf after the first word', 'gibberish'])(
    '%s',
    async (kind) => {
      const state = await temporaryFolder();
      await mkdir(join(state, 'tokens'), { mode: 0o700 });
      await writeFile(join(state, 'tokens/write'), 'some-token', { mode: 0o600 });
      await listen(UNHELPFUL[kind], join(state, 'collector.sock'));
      const { code, stdout, stderr } = await run(await tapped(server('echo'), { state }), {
        input: TRAFFIC,
      });
      expect({ code, stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
        code: 0,
        stdout: TRAFFIC,
        stderr: '',
      });
      const { entries, problems } = await journal(state);
      expect(problems).toEqual([]);
      expectWhole(
        inOrder(entries).map(({ seq }) => seq),
        2 * LINES + 3,
      );
    },
  );

  test('a socket in a folder that others may write to is not trusted', async () => {
    const state = await temporaryFolder();
    await mkdir(join(state, 'tokens'), { mode: 0o700 });
    await writeFile(join(state, 'tokens/write'), 'some-token', { mode: 0o600 });
    let visitors = 0;
    await listen(() => createServer(() => visitors++), join(state, 'collector.sock'));
    const { chmod } = await import('node:fs/promises');
    await chmod(state, 0o777);
    await run(await tapped(server('echo'), { state }), { input: TRAFFIC });
    expect(visitors).toBe(0);
  });
});

const UNHELPFUL: Readonly<Record<string, (() => Server) | undefined>> = {
  hung: () => createServer((socket) => void socket.pause()),
  refusing: () => {
    const http = createHttpServer((_, response) => void response.writeHead(403).end());
    http.on('upgrade', (_, socket: Socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    return http;
  },
  'deaf after the first word': () => {
    const http = createHttpServer();
    new WebSocketServer({ server: http }).on('connection', (socket) => {
      socket.on('message', (data) => {
        const resume = /"resume":"(\w+)"/.exec(String(data))?.[1];
        if (resume === undefined) return;
        socket.send(JSON.stringify({ ack: resume, seq: -1 }));
        socket.pause();
      });
    });
    return http;
  },
  gibberish: () => {
    const http = createHttpServer();
    new WebSocketServer({ server: http }).on('connection', (socket) => {
      socket.on('message', () => socket.send('{"ack":42}\n\0not json'));
    });
    return http;
  },
};

async function listen(make: (() => Server) | undefined, path: string): Promise<void> {
  const listening = make?.();
  if (!listening) return;
  const sockets = new Set<Socket>();
  listening.on('connection', (socket) => {
    sockets.add(socket);
    // The tap may be gone while something is still on its way to it.
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => listening.listen(path, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
}

function lineCount(stream: NodeJS.ReadableStream): () => number {
  let count = 0;
  stream.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) count++;
  });
  return () => count;
}
