/**
 * The port of a collector: the literal 127.0.0.1, never a wildcard. Every request and every upgrade
 * passes the doors (access.ts) before anything else looks at it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { SESSIONS_AT_ONCE } from '../model/api.ts';
import { type Doors, doorsOf, SECURITY_HEADERS, turnedAway } from './access.ts';
import { CollectorError } from './error.ts';
import { acceptUpgrades, type Channel } from './upgrade.ts';

const HOST = '127.0.0.1';
/** As many session ids of the longest kind as may be asked about at once, and room for the rest. */
const HEADER_BYTES = SESSIONS_AT_ONCE * 129 + (16 << 10);

export interface PortOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** WebSocket channels by path; those in `closedToPages` take no request with an Origin. */
  readonly channels: Readonly<Record<string, Channel>>;
  readonly closedToPages: ReadonlySet<string>;
}

export interface Port {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

/** Rejects with `port-in-use` when somebody else listens there. */
export async function openPort({
  port,
  fetch,
  channels,
  closedToPages,
}: PortOptions): Promise<Port> {
  let doors: Doors = { hosts: new Set(), origins: new Set() };
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false });
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: HEADER_BYTES },
    (request, response) => {
      const refused = turnedAway(request.headers, doors);
      if (refused) refuse(request, response, JSON.stringify(refused));
      else void answer(request, response);
    },
  );
  server.maxConnections = 512;
  const endAll = acceptUpgrades(server, {
    channels,
    refusal: ({ headers }, path) =>
      closedToPages.has(path) && headers.origin !== undefined
        ? { code: 'wrong-origin', detail: 'Pages have no access here.' }
        : turnedAway(headers, doors),
  });
  const bound = await listen(server, port);
  doors = doorsOf(bound);
  return {
    address: `http://${HOST}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll();
        server.closeAllConnections();
      }),
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, body: string): void {
  request.resume();
  const headers = { ...SECURITY_HEADERS, 'Content-Type': 'application/json', Connection: 'close' };
  response.writeHead(403, headers).end(body);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = new CollectorError(
        'port-in-use',
        `Port ${port} of ${HOST} is in use.`,
        'Choose another with --port N, or 0 for any that is free.',
      );
      reject(error.code === 'EADDRINUSE' ? inUse : error);
    });
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}
