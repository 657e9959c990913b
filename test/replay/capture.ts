/**
 * Runs a released server and keeps every byte of its pipes as entries, through the product's own
 * framing. Independent of the tap, so that a fault of the tap cannot hide one of the replay.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { draftOfLine } from '../../model/crossing.ts';
import type { Entry, Peer } from '../../model/entry.ts';
import { createFramer, type Hash, type Line } from '../../model/framing.ts';
import { utf8 } from '../../model/text.ts';
import type { StandInTransport } from '../../replay/index.ts';
import { sessionId, tape } from '../kit/entries.ts';

const resolve = createRequire(import.meta.url).resolve;

export interface Captured {
  /** A transport for the client: what it sends goes to the server's stdin, line by line. */
  readonly transport: StandInTransport;
  /** What crossed, once the transport is closed and the server has ended. */
  entries(): Promise<Entry[]>;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A released server as a program. */
export function released(
  name: 'everything' | 'filesystem' | 'memory',
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Program {
  const main = resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);
  return { command: process.execPath, args: [main, ...args], env };
}

/** Starts a program and captures its session under this name. */
export function capture(name: string, { command, args, env }: Program): Captured {
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], ...env },
  });
  const exited = once(child, 'close');
  const crossed: Entry[] = tape(name, []);
  const session = sessionId(name);
  const add = (from: Peer, line: Line): void => {
    const where = { from, channel: from === 'client' ? 'stdin' : 'stdout' } as const;
    const draft = draftOfLine(line, where, (text) => ({ text, count: 0 }), 'raw');
    crossed.push({ ...draft, session, seq: crossed.length } as Entry);
  };
  const transport = transportTo(child, add, exited);
  return {
    transport,
    async entries() {
      await exited;
      const at = crossed.at(-1)?.at ?? 0;
      const { exitCode: code, signalCode: signal } = child;
      return [...crossed, { type: 'exit', session, seq: crossed.length, at, code, signal }];
    },
  };
}

type Add = (from: Peer, line: Line) => void;

function transportTo(child: ChildProcess, add: Add, exited: Promise<unknown>): StandInTransport {
  const clock = stopwatch();
  const sent = createFramer(1 << 26, runningHash);
  const read = createFramer(1 << 26, runningHash);
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('the server has no pipes');
  const transport: StandInTransport = {
    async start() {
      stdout.on('data', (chunk: Buffer) => {
        for (const line of read.push(chunk, clock(), clock())) {
          add('server', line);
          // One a turn: the SDKs lose progress that they are given together with the answer.
          setImmediate(() => transport.onmessage?.(JSON.parse(utf8(line.bytes) ?? '')));
        }
      });
    },
    async send(message) {
      const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
      for (const line of sent.push(bytes, clock(), clock())) add('client', line);
      stdin.write(bytes);
    },
    async close() {
      stdin.end();
      await exited;
    },
  };
  // A server that is gone is a closed connection, however it went.
  stdin.on('error', () => {});
  void exited.then(() => transport.onclose?.());
  return transport;
}

/** Microseconds since it was made. */
function stopwatch(): () => number {
  const start = process.hrtime.bigint();
  return () => Number((process.hrtime.bigint() - start) / 1000n);
}

function runningHash(): Hash {
  const hash = createHash('sha256');
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}
