/** What the tests of the HTTP tap share: an upstream of our own making, the built tap in front of it, plain requests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { onTestFinished } from 'vitest';
import { built, ROOT } from '../../kit/built.ts';
import { until } from '../kit.ts';

export interface Upstream {
  readonly origin: string;
  readonly url: string;
  close(): Promise<void>;
}

/** A server of plain HTTP on loopback that is gone after the test. */
export async function upstream(answer: RequestListener): Promise<Upstream> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { origin, url: `${origin}/mcp`, close };
}

/** The whole body of a request or response. */
export async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Ends a response with a JSON value. */
export function json(response: ServerResponse, value: unknown, headers: object = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

export interface RunningTap {
  readonly url: string;
  readonly origin: string;
  readonly pid: number;
  /** What it has said on standard error. */
  said(): string;
  /** Nobody reads its standard error any more. */
  deafen(): void;
  /** Ends it as a user does; resolves with its exit code when it is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The built tap in front of an address. */
export async function tapAt(
  url: string,
  state: string,
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningTap> {
  const args = [await built(), 'tap', '--upstream', url, '--state', state, ...options];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const address = await until(() => {
    if (child.exitCode !== null) throw new Error(said);
    return /recorded at ([^\s,]+) in place of /.exec(said)?.[1];
  });
  return {
    url: address,
    origin: new URL(address).origin,
    pid: child.pid ?? 0,
    said: () => said,
    deafen: () => void child.stderr.destroy(),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent in these parts. */
  readonly body?: readonly (string | Uint8Array)[];
}

/** One request, as it is written here and no other way. */
export async function ask(
  url: string,
  { method = 'POST', headers = {}, body = [] }: Ask = {},
): Promise<Answer> {
  const { origin, pathname, search } = new URL(url);
  const request = send(origin, { method, path: pathname + search, headers, agent: false });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  for (const part of body) {
    await new Promise((resolve) => request.write(part, resolve));
  }
  request.end();
  const [response] = await answered;
  return {
    status: response.statusCode ?? 0,
    headers: response.rawHeaders,
    body: await bodyOf(response),
  };
}

/** Asks with one JSON-RPC message. */
export function rpc(
  url: string,
  message: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message });
  return ask(url, { headers: { 'content-type': 'application/json', ...headers }, body: [text] });
}

/** Server-everything over HTTP (`streamableHttp`) or the older transport (`sse`); gives its address. */
export async function everything(mode: 'streamableHttp' | 'sse'): Promise<string> {
  const script = `${ROOT}/node_modules/@modelcontextprotocol/server-everything/dist/index.js`;
  const port = await freePort();
  const env = { PATH: process.env['PATH'], PORT: String(port) };
  const child = spawn(process.execPath, [script, mode], { stdio: 'ignore', env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}${mode === 'sse' ? '/sse' : '/mcp'}`;
  await until(() =>
    ask(`http://127.0.0.1:${port}/none`, { method: 'GET' }).then(
      () => true,
      () => false,
    ),
  );
  return url;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The fixture of both eras; gives its address. */
export async function dualEra(): Promise<string> {
  const script = join(ROOT, 'test/kit/servers/dual-era.mjs');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return String(line).trim();
}
