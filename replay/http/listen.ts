/// <reference lib="esnext.disposable" preserve="true" />
/** Recorded servers on a port of this machine. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Entry } from '../../model/entry.ts';
import { refusal } from '../../model/loopback.ts';
import { createPlayers, type PlayOptions } from '../player.ts';
import {
  type RecordedSession,
  recordedSessions,
  sessionOf,
  sessionsOfServer,
} from '../recorded.ts';
import type { Transcript } from '../transcript.ts';
import { JSON_HEADERS } from './headers.ts';
import { rpcErrorText } from './refusal.ts';
import { type HttpReport, httpStandIn } from './stand-in.ts';

export interface HttpServeOptions extends PlayOptions {
  readonly entries: Iterable<Entry>;
  /** The name of the server, or one session by its id; may be left out when all have one name. */
  readonly session?: string | undefined;
  /** On 127.0.0.1; 0: any that is free. */
  readonly port: number;
}

export interface HttpServing {
  /** What clients name in place of the recorded server's address. */
  readonly url: string;
  report(): HttpReport;
  transcript(): Transcript;
  /** Ends all connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const HOST = '127.0.0.1';
/**
 * Speaks for a recorded server. Rejects with a SessionChoice when it is not there, or not clear, and
 * with the error of the system when it cannot listen.
 */
export async function serveOverHttp(options: HttpServeOptions): Promise<HttpServing> {
  const sessions = recordedSessions(options.entries);
  const found = sessionsOfServer(sessions, options.session);
  return await serveSessions(
    found.length > 0 ? found : [sessionOf(sessions, options.session)],
    options.port,
    options,
  );
}

/** Plays these sessions of one server. */
export async function serveSessions(
  sessions: readonly RecordedSession[],
  asked: number,
  options: PlayOptions = {},
): Promise<HttpServing> {
  const standIn = httpStandIn(createPlayers(sessions, options));
  const server = createServer(
    // Answers take as long as they take.
    { requestTimeout: 0, headersTimeout: 10_000, maxHeaderSize: 64 << 10 },
    (request, response) => {
      const reason = refusal(request.headers.host, request.headers.origin);
      if (reason !== undefined) turnAway(request, response, 403, reason);
      else void answer(standIn.fetch, request, response);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(asked, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    standIn.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://${HOST}:${port}${pathOf(sessions)}`,
    report: standIn.report,
    transcript: standIn.transcript,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Passes a request on as its function knows it, and the response back as it comes. */
async function answer(
  fetch: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const request = requestOf(incoming, gone.signal);
  if (!request) {
    turnAway(incoming, outgoing, 400, 'No such request can be answered');
    return;
  }
  try {
    const { status, headers, body } = await fetch(request);
    outgoing.sendDate = false;
    // A body that nobody reads to its end would be taken for the next request.
    if (!incoming.complete) headers.set('connection', 'close');
    outgoing.writeHead(status, [...headers].flat());
    outgoing.flushHeaders();
    if (body) await pipeline(Readable.fromWeb(body as WebStream), outgoing);
    else outgoing.end();
  } catch {
    // As a server that dies: without another word.
    outgoing.destroy();
  }
}

/** Undefined for what the Fetch standard has no request for. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', url = '', headers, rawHeaders } = incoming;
  const pairs = rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : [],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  try {
    return new Request(`http://${headers.host}${url}`, {
      method,
      headers: pairs,
      signal,
      ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}),
    });
  } catch {
    return undefined;
  }
}

/** Who is not of this machine gets no word of the recording. */
function turnAway(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): void {
  request.resume();
  const body = rpcErrorText(-32000, message);
  response.writeHead(status, { ...JSON_HEADERS, connection: 'close' }).end(body);
}

/** The path of the recorded address; every path is served. */
function pathOf(sessions: readonly RecordedSession[]): string {
  const upstream = sessions[0]?.session.head?.upstream;
  const url = upstream !== undefined && URL.canParse(upstream) ? new URL(upstream) : undefined;
  return url?.pathname ?? '/mcp';
}
