/** WebSocket upgrades of a server: by path, and only for requests that are let in. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ApiError } from '../model/api.ts';

export interface Channel {
  /** The most bytes of one message. */
  readonly maxPayload: number;
  readonly serve: (socket: WebSocket) => void;
}

export interface Upgrades {
  readonly channels: Readonly<Record<string, Channel>>;
  /** Why a request is turned away, or undefined. */
  readonly refusal: (request: IncomingMessage, path: string) => ApiError | undefined;
}

/** Open connections at once, on all channels of a server. */
const CONNECTIONS = 256;

/** Gives what ends all connections at once. */
export function acceptUpgrades(server: Server, { channels, refusal }: Upgrades): () => void {
  const open = new Set<WebSocket>();
  const servers = new Map(
    Object.entries(channels).map(([path, { maxPayload, serve }]) => {
      const sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
      return [path, { sockets, serve }] as const;
    }),
  );
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    const path = (request.url ?? '').split('?')[0] ?? '';
    const channel = servers.get(path);
    const refused = channel
      ? refusal(request, path)
      : { code: 'no-route', detail: 'There is no such channel.' };
    if (!channel || refused) return refuse(stream, channel ? 403 : 404, refused);
    if (open.size >= CONNECTIONS) {
      return refuse(stream, 503, { code: 'busy', detail: 'Too many connections are open.' });
    }
    channel.sockets.handleUpgrade(request, stream, head, (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      channel.serve(socket);
    });
  });
  return () => {
    for (const socket of open) socket.terminate();
  };
}

const REASONS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};

function refuse(stream: Duplex, status: number, error: ApiError | undefined): void {
  const body = JSON.stringify(error ?? {});
  stream.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
