/** What the tests of the collector share: state folders, taps that speak over the socket, requests. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type Collector, type CollectorOptions, startCollector } from '../../collector/index.ts';
import type { LiveMessage } from '../../model/api.ts';
import type { Entry } from '../../model/entry.ts';
import { encodeEntry } from '../../model/line.ts';
import { statePaths } from '../../model/state.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wt-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Running extends Collector {
  readonly state: string;
  readonly socket: string;
  readonly writeToken: string;
  readonly adminToken: string;
}

/** A collector on a free port, closed after the test. */
export async function runCollector(options: Partial<CollectorOptions> = {}): Promise<Running> {
  const state = options.state ?? (await temporaryFolder());
  const collector = await startCollector({ port: 0, version: '0.0.0-test', ...options, state });
  onTestFinished(() => collector.close());
  const token = (use: string) =>
    readFile(join(statePaths(state).tokens, use), 'utf8').catch(() => '');
  return {
    ...collector,
    state,
    socket: join(state, 'collector.sock'),
    writeToken: await token('write'),
    adminToken: await token('admin'),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Uint8Array;
  text(): string;
  json<T = unknown>(): T;
}

/**
 * A request with exactly these headers: fetch would not let a test choose Host and Origin. The body
 * goes out in these pieces.
 */
export function ask(
  address: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: readonly Uint8Array[] } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${address}${path}`, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: new Uint8Array(bytes),
          text: () => bytes.toString('utf8'),
          json: <T>() => JSON.parse(bytes.toString('utf8')) as T,
        });
      });
    });
    request.on('error', reject);
    for (const piece of options.body ?? []) request.write(piece);
    request.end();
  });
}

/** A request with the token for reading. */
export function read(collector: Collector, path: string): Promise<Answer> {
  return ask(collector.address, path, { headers: { authorization: `Bearer ${collector.token}` } });
}

export interface Messages<T> {
  readonly all: readonly T[];
  /** The first message, also of those to come, that fits. */
  first(fits: (message: T) => boolean): Promise<T>;
}

/** The JSON messages that a socket sends, from now on. */
export function messagesOf<T>(socket: WebSocket): Messages<T> {
  const all: T[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    all.push(JSON.parse(String(data)) as T);
    for (const look of waiting) look();
  });
  return {
    all,
    first: (fits) =>
      new Promise((resolve, reject) => {
        const closed = (code: number, reason: Buffer): void => {
          waiting.delete(look);
          reject(new Error(`closed: ${code} ${String(reason)}`));
        };
        const look = (): void => {
          const found = all.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          socket.off('close', closed);
          resolve(found);
        };
        waiting.add(look);
        socket.once('close', closed);
        look();
      }),
  };
}

/** What a page is told from now on; the first message says that it misses nothing. */
export async function listen(collector: Collector): Promise<Messages<LiveMessage>> {
  const socket = new WebSocket(`${collector.address.replace('http', 'ws')}/api/live`);
  onTestFinished(() => socket.terminate());
  const told = messagesOf<LiveMessage>(socket);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(collector.token);
  expect(await told.first(() => true)).toEqual({ changed: [], removed: [] });
  return told;
}

interface Ack {
  readonly ack: string;
  readonly seq: number;
}

export interface Tap {
  readonly socket: WebSocket;
  readonly acks: Messages<Ack>;
  send(entries: readonly Entry[]): void;
  /** Settles when all up to `seq` is acknowledged. */
  acknowledged(session: string, seq: number): Promise<void>;
  close(): Promise<void>;
}

/** A tap that has shown its token. */
export async function connectTap(socketPath: string, token: string): Promise<Tap> {
  const socket = new WebSocket(`ws+unix:${socketPath}:/ingest`);
  const acks = messagesOf<Ack>(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve).once('error', reject);
  });
  // A collector that is killed ends its connections in any way.
  socket.on('error', () => socket.terminate());
  socket.send(token);
  return {
    socket,
    acks,
    send: (entries) => socket.send(entries.map(encodeEntry).join('\n')),
    acknowledged: async (session, seq) => {
      await acks.first((ack) => ack.ack === session && ack.seq >= seq);
    },
    close: () =>
      new Promise((resolve) => {
        if (socket.readyState === socket.CLOSED) return resolve();
        socket.once('close', () => resolve()).close();
      }),
  };
}

/** Waits, with a bound, until a condition holds, and gives what it found. */
export async function until<T>(
  find: () => Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
