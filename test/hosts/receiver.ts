/**
 * An OTLP receiver that others wrote, with a page and with what it holds to be read back. It is
 * installed apart, as hosts are, together with a Node that has the SQLite it needs.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { onTestFinished } from 'vitest';
import { installed } from './installed.ts';

const RECEIVER = 'autotel-devtools@27.1.0';
const NODE = `node-${process.platform}-${process.arch}`;

/** A span as the receiver has it. */
export interface Received {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly startTime: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: string; readonly message?: string };
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

export interface Receiver {
  readonly address: string;
  /** Sends one OTLP request in JSON, which must be taken. */
  post(signal: 'traces' | 'metrics', text: string): Promise<void>;
  spans(): Promise<readonly Received[]>;
  metrics(): Promise<readonly { readonly name: string; readonly unit: string }[]>;
}

/** Starts it, with nothing in it; it ends with the test. */
export async function startReceiver(): Promise<Receiver> {
  const folder = await installed('receiver', [RECEIVER, `${NODE}@24.9.0`]);
  const node = join(folder, 'node_modules', NODE, 'bin', 'node');
  const program = join(folder, 'node_modules/autotel-devtools/dist/cli.js');
  const ports = ['--port', await freePort(), '--grpc-port', await freePort()];
  const child = spawn(node, [program, ...ports], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill());
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /UI:\s+(http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (found) resolve(found[1] ?? '');
    });
    child.on('close', (code) => reject(new Error(`the receiver ended with ${code}: ${said}`)));
  });
  const read = async (path: string) => JSON.parse(await (await fetch(address + path)).text());
  return {
    address,
    async post(signal, body) {
      const headers = { 'content-type': 'application/json' };
      const url = `${address}/v1/${signal}`;
      const { status } = await fetch(url, { method: 'POST', headers, body });
      if (status !== 200) throw new Error(`the receiver answered ${status}`);
    },
    async spans() {
      const { traces } = await read('/v1/traces');
      return traces.flatMap(({ spans }: { readonly spans: readonly Received[] }) => spans);
    },
    metrics: async () => (await read('/api/metrics')).metrics,
  };
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return String(typeof address === 'object' ? address?.port : '');
}
