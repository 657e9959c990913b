/**
 * The connection from a tap to the collector of the same user: a WebSocket over a socket file in
 * the state folder. Never TCP: any process could sit on a port and take what we send.
 */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type WebSocket from 'ws';
import type { Ack } from '../model/api.ts';
import { isObject, parseJson } from '../model/json.ts';
import { statePaths } from '../model/state.ts';

export interface Link {
  /** All up to this seq is durable. */
  readonly acknowledged: number;
  readonly isOpen: boolean;
  /** How many bytes the collector has not read yet. */
  readonly waiting: number;
  /** Sends entry lines of the session, in order. */
  send(lines: readonly Uint8Array[]): void;
  close(): void;
}

export interface LinkOptions {
  /** The collector's socket. */
  readonly path: string;
  readonly state: string;
  readonly session: string;
  /** Something was acknowledged, or the connection has ended. */
  readonly onChange: () => void;
}

/** How long a collector may take to answer before it counts as hung, in ms. */
const PATIENCE = 2000;

/** Connects and asks how far the session is known; undefined when no collector answers that. */
export async function openLink({
  path,
  state,
  session,
  onChange,
}: LinkOptions): Promise<Link | undefined> {
  const token = await readFile(`${statePaths(state).tokens}/write`, 'utf8').catch(() => undefined);
  if (token === undefined) return undefined;
  const { WebSocket } = await import('ws');
  const socket = new WebSocket('ws://localhost/ingest', {
    createConnection: () => connect(path).unref(),
    perMessageDeflate: false,
    handshakeTimeout: PATIENCE,
    maxPayload: 1 << 16,
  });
  let acknowledged: number | undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), PATIENCE).unref();
    socket.on('open', () => {
      socket.send(token.trim());
      socket.send(JSON.stringify({ resume: session }));
    });
    socket.on('message', (data) => {
      const ack = readAck(String(data));
      if (ack?.ack !== session) return;
      const isFirst = acknowledged === undefined;
      acknowledged = ack.seq;
      clearTimeout(timer);
      if (isFirst) resolve(linkOf(socket, () => acknowledged ?? -1));
      else onChange();
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(undefined);
      onChange();
    });
  });
}

const LF = Buffer.from('\n');

function linkOf(socket: WebSocket, acknowledged: () => number): Link {
  return {
    get acknowledged() {
      return acknowledged();
    },
    get isOpen() {
      return socket.readyState === socket.OPEN;
    },
    get waiting() {
      return socket.bufferedAmount;
    },
    send(lines) {
      const parts = lines.flatMap((line, index) => (index === 0 ? [line] : [LF, line]));
      socket.send(Buffer.concat(parts), { binary: false });
    },
    close: () => socket.terminate(),
  };
}

function readAck(text: string): Ack | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { ack, seq } = parsed.value;
  return typeof ack === 'string' && typeof seq === 'number' ? { ack, seq } : undefined;
}
