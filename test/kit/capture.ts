/**
 * Captures a real stdio server without the tap: what its pipes carried, as entries.
 *
 * A second recorder beside the product's own, so that analysis can be tested on real traffic, and a
 * recording can be compared with what another pair of eyes saw. It speaks plain JSON-RPC, knows no
 * MCP beyond the handshake, and writes each line the moment it is given.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Draft, Entry, Launch, SessionEntry } from '../../model/entry.ts';
import { keyedHash } from '../../model/keyed-hash.ts';
import { messageOrFrame } from '../../model/line.ts';

export interface Captured {
  /** Sends a request and gives its whole response message. */
  ask(method: string, params?: object): Promise<{ readonly [key: string]: unknown }>;
  /** Calls a tool and gives its result; throws when the server answers with an error. */
  call(tool: string, args?: object): Promise<unknown>;
  notify(method: string, params?: object): void;
  /** The entries so far, the exit among them once the process is gone. */
  readonly entries: readonly Entry[];
  /** Closes the server's stdin and waits until the process is gone. */
  close(): Promise<void>;
}

export interface CaptureOptions {
  readonly name: string;
  /** The session id; unique among the sessions of a test. */
  readonly session: string;
  /** A script for Node, and its arguments. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const KEY = new Uint8Array(32).fill(7);
const hash = keyedHash(KEY);
const BOOT = readBoot();

/** Starts a server, shakes hands and lists its tools. */
export async function capture(options: CaptureOptions): Promise<Captured> {
  const child = spawn(process.execPath, [options.script, ...(options.args ?? [])], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const entries = openEntries(options);
  const captured = speak(child, entries);
  await captured.ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'capture', version: '1.0.0' },
  });
  captured.notify('notifications/initialized');
  await captured.ask('tools/list', {});
  return captured;
}

interface Entries {
  readonly list: Entry[];
  now(): number;
  put(draft: Draft): void;
}

function speak(child: ChildProcess, entries: Entries): Captured {
  const waiting = new Map<number, (message: { readonly [key: string]: unknown }) => void>();
  let lastId = 0;
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    const at = entries.now();
    entries.put(
      messageOrFrame(
        { type: 'message', at, sent: at, from: 'client', channel: 'stdin' },
        text,
      ) as Draft,
    );
    child.stdin?.write(`${text}\n`);
  };
  const closed = whenClosed(child, entries);
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (text) => {
    const at = entries.now();
    const draft = messageOrFrame(
      { type: 'message', at, sent: at, from: 'server', channel: 'stdout' },
      text,
    );
    entries.put(draft as Draft);
    const message = draft.type === 'message' ? (draft.value as { id?: unknown }) : {};
    if (typeof message.id === 'number') waiting.get(message.id)?.(message);
  });
  createInterface({ input: child.stderr ?? process.stdin }).on('line', (text) => {
    entries.put({ type: 'stderr', at: entries.now(), text });
  });
  const ask: Captured['ask'] = (method, params) => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<{ readonly [key: string]: unknown }>((resolve, reject) => {
      waiting.set(id, resolve);
      void closed.then(() => reject(new Error(`the server ended before it answered ${method}`)));
    });
    send({ id, method, ...(params ? { params } : {}) });
    return answer;
  };
  return {
    ask,
    async call(tool, args = {}) {
      const { result, error } = await ask('tools/call', { name: tool, arguments: args });
      if (error !== undefined) throw new Error(`${tool}: ${JSON.stringify(error)}`);
      return result;
    },
    notify: (method, params) => send({ method, ...(params ? { params } : {}) }),
    entries: entries.list,
    close() {
      child.stdin?.end();
      return closed;
    },
  };
}

function whenClosed(child: ChildProcess, entries: Entries): Promise<void> {
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      entries.put({ type: 'exit', at: entries.now(), code, signal });
      entries.put({ type: 'end', at: entries.now(), reason: 'exit' });
      resolve();
    });
  });
}

function openEntries({ name, session, script, args = [], env = {} }: CaptureOptions): Entries {
  const start = process.hrtime.bigint();
  const launch: Launch = {
    command: process.execPath,
    args: [script, ...args],
    env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, `#${hash(value)}`])),
  };
  const head: SessionEntry = {
    type: 'session',
    session,
    seq: 0,
    at: 0,
    name,
    transport: 'stdio',
    fidelity: 'bytes',
    tap: 'capture',
    capture: 'raw',
    redaction: { rules: 'none', key: '9f2c11d0' },
    clock: { wall: new Date().toISOString(), monotonic: String(start), boot: BOOT },
    launch,
    workflow: null,
  };
  const list: Entry[] = [head];
  return {
    list,
    now: () => Number((process.hrtime.bigint() - start) / 1000n),
    put: (draft) => list.push({ ...draft, session, seq: list.length } as Entry),
  };
}

function readBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'this-boot';
  }
}
