/**
 * A live server at an address: streamable HTTP of both eras. Nothing is followed to another address;
 * an answer comes as one body or as a stream, and a stream that breaks off is resumed where it may be.
 */
import { connect as connectSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Agent, fetch as Fetch, Response } from 'undici';
import { draftOfLine } from '../../model/crossing.ts';
import { createFramer, nowhere } from '../../model/framing.ts';
import { isObject, member, textMember } from '../../model/json.ts';
import { idKey, isId } from '../../model/message.ts';
import { createBlockCut, readBlock } from '../../model/sse.ts';
import { runningHash } from '../stand-in.ts';
import {
  type Connect,
  ConnectionFault,
  type Crossed,
  type Ear,
  LONGEST_LINE,
  type Outgoing,
} from './connection.ts';
import { headersFor, modernRevision, type Negotiated, type ToolOf } from './http-headers.ts';

/** How long a connection may take, and how long the farewell, in ms. */
const PATIENCE = { connect: 5000, farewell: 2000 };
/** How often a stream is resumed, and after how long when the server does not say, in ms. */
const RESUMED = { most: 5, after: 1000, longest: 10_000 };
/** The exchange of the stream that belongs to no request. */
const OWN_STREAM = 0;

interface Http {
  readonly url: URL;
  readonly ear: Ear;
  readonly agent: Agent;
  readonly fetch: typeof Fetch;
  readonly negotiated: Negotiated;
  readonly toolOf: ToolOf;
  readonly open: Map<number, { readonly abort: AbortController; readonly isModern: boolean }>;
  /** What is sent next waits for notifications and answers before it to have arrived. */
  arrived: Promise<unknown>;
  isClosed: boolean;
}

/** `listed`: tools as the recorded server defined them; what the live one lists counts more. */
export function connectUrl(url: URL, listed: ToolOf = () => undefined): Connect {
  return async (ear) => {
    await reach(url);
    // Loaded here, since most replays need none of it.
    const { Agent, fetch } = await import('undici');
    const tools = new Map<string, unknown>();
    const http: Http = {
      url,
      ear: { ...ear, heard: (crossed) => ear.heard(noteTools(crossed, tools)) },
      agent: new Agent({
        bodyTimeout: 0,
        headersTimeout: 0,
        connect: { timeout: PATIENCE.connect },
      }),
      fetch,
      negotiated: { session: undefined, revision: undefined },
      toolOf: (name) => tools.get(name) ?? listed(name),
      open: new Map(),
      arrived: Promise.resolve(),
      isClosed: false,
    };
    return {
      isExchanged: true,
      send: (outgoing) => send(http, outgoing),
      abandon(exchange) {
        const request = http.open.get(exchange);
        if (!request?.isModern) return false;
        request.abort.abort();
        return true;
      },
      close: () => close(http),
    };
  };
}

/** Throws where nobody listens at the address. */
async function reach({ hostname, port, protocol, href }: URL): Promise<void> {
  const at = Number(port) || (protocol === 'https:' ? 443 : 80);
  const host = hostname.replace(/^\[|\]$/g, '');
  await new Promise<void>((resolve, reject) => {
    const socket = connectSocket({ host, port: at, timeout: PATIENCE.connect });
    const refuse = (): void => {
      socket.destroy();
      reject(new ConnectionFault('server-unreachable', `Nothing answers at ${href}`));
    };
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', refuse);
    socket.once('timeout', refuse);
  });
}

function noteTools(crossed: Crossed, tools: Map<string, unknown>): Crossed {
  const listed = crossed.type === 'message' ? member(crossed.value, 'result', 'tools') : undefined;
  for (const tool of Array.isArray(listed) ? listed : []) {
    tools.set(textMember(tool, 'name') ?? '', tool);
  }
  return crossed;
}

function send(http: Http, outgoing: Outgoing): void {
  const isRequest = outgoing.messages.some(({ kind }) => kind === 'request');
  const abort = new AbortController();
  const isModern = outgoing.messages.some((message) => modernRevision(message) !== undefined);
  http.open.set(outgoing.exchange, { abort, isModern });
  const before = http.arrived;
  const posted = before.then(() => post(http, outgoing, abort.signal));
  if (!isRequest) http.arrived = posted;
  void posted.finally(() => http.open.delete(outgoing.exchange));
}

/** Never rejects: what goes wrong is the end of the exchange. */
async function post(http: Http, outgoing: Outgoing, signal: AbortSignal): Promise<void> {
  const { url, agent, fetch, negotiated, toolOf, ear } = http;
  const { exchange, text: body, messages } = outgoing;
  try {
    const headers = headersFor(messages, negotiated, toolOf);
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      signal,
      redirect: 'manual',
      dispatcher: agent,
    });
    const session = response.headers.get('mcp-session-id');
    const isOpening = messages.some((one) => 'method' in one && one.method === 'initialize');
    if (isOpening && session !== null) negotiated.session = session;
    const waiting = new Set(
      messages.flatMap((one) => (one.kind === 'request' ? [idKey(one.id)] : [])),
    );
    await read(http, { response, exchange, waiting, isOpening });
    if (messages.some((one) => 'method' in one && one.method === 'notifications/initialized')) {
      void listen(http);
    }
    const status = response.ok ? 'its exchange ended without an answer' : `HTTP ${response.status}`;
    ear.over(exchange, status);
  } catch (error) {
    if (!http.isClosed) ear.over(exchange, signal.aborted ? 'it was given up' : reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? `the connection broke: ${cause.message}` : 'the connection broke';
}

interface Reading {
  readonly response: Response;
  readonly exchange: number;
  /** Ids of requests that were not answered yet. */
  readonly waiting: Set<string>;
  readonly isOpening?: boolean;
  readonly resumed?: number;
}

/** Reads a body or a stream to its end, and goes on where it can be resumed. */
async function read(http: Http, reading: Reading): Promise<void> {
  const { response, exchange, waiting, isOpening, resumed = 0 } = reading;
  const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
  const where = { from: 'server', channel: isStream ? 'stream' : 'response', exchange } as const;
  const place: { last?: string; retry: number } = { retry: RESUMED.after };
  const framer = createFramer(LONGEST_LINE, runningHash, isStream ? createBlockCut() : nowhere);
  const take = (lines: ReturnType<typeof framer.end>): void => {
    for (const line of lines) {
      if (line.bytes.length === 0) continue;
      const crossed = draftOfLine(line, where, (text) => ({ text, count: 0 }), 'raw');
      if (isStream) notePlace(place, crossed);
      noteAnswer(http, waiting, crossed, isOpening === true);
      http.ear.heard(crossed);
    }
  };
  try {
    for await (const chunk of response.body ?? []) take(framer.push(chunk, 0, 0));
    take(framer.end());
  } catch (error) {
    if (place.last === undefined || http.isClosed) throw error;
  }
  const isMissing = waiting.size > 0 || exchange === OWN_STREAM;
  if (isStream && isMissing && place.last !== undefined && resumed < RESUMED.most) {
    await delay(Math.min(place.retry, RESUMED.longest), undefined, { ref: false });
    await resume(http, { ...reading, resumed: resumed + 1 }, place.last);
  }
}

function notePlace(place: { last?: string; retry: number }, crossed: Crossed): void {
  const head = crossed.type === 'message' ? (crossed.sse?.head ?? '') : (crossed.text ?? '');
  const { id } = readBlock(head);
  if (id !== undefined && id !== '') place.last = id;
  const retry = /(?:^|[\r\n])retry: ?(\d{1,9})/.exec(head)?.[1];
  if (retry !== undefined) place.retry = Number(retry);
}

function noteAnswer(
  { negotiated }: Http,
  waiting: Set<string>,
  crossed: Crossed,
  isOpening: boolean,
): void {
  if (crossed.type !== 'message') return;
  for (const value of Array.isArray(crossed.value) ? crossed.value : [crossed.value]) {
    if (!isObject(value) || 'method' in value) continue;
    const id = value['id'];
    if (isId(id)) waiting.delete(idKey(id));
    if (isOpening) negotiated.revision = textMember(value, 'result', 'protocolVersion');
  }
}

async function resume(http: Http, reading: Reading, last: string): Promise<void> {
  const response = await get(http, { 'last-event-id': last });
  if (response?.ok) await read(http, { ...reading, response });
}

/** The stream for what the server says of its own accord (until 2025-11-25); servers may refuse it. */
async function listen(http: Http): Promise<void> {
  try {
    const response = await get(http, {});
    if (!response?.ok) return;
    await read(http, { response, exchange: OWN_STREAM, waiting: new Set() });
  } catch {
    // It ends with the connection, or the server took it back; nothing was asked on it.
  }
}

async function get(http: Http, more: Record<string, string>): Promise<Response | undefined> {
  if (http.isClosed) return undefined;
  const { 'content-type': _, ...headers } = headersFor([], http.negotiated, http.toolOf);
  return http.fetch(http.url, {
    headers: { ...headers, accept: 'text/event-stream', ...more },
    redirect: 'manual',
    dispatcher: http.agent,
  });
}

/** Ends the session where there is one, as clients do, and all that is open. */
async function close(http: Http): Promise<void> {
  http.isClosed = true;
  for (const { abort } of http.open.values()) abort.abort();
  const { session } = http.negotiated;
  if (session !== undefined) {
    const { 'content-type': _, ...headers } = headersFor([], http.negotiated, http.toolOf);
    const signal = AbortSignal.timeout(PATIENCE.farewell);
    await http
      .fetch(http.url, {
        method: 'DELETE',
        headers,
        signal,
        redirect: 'manual',
        dispatcher: http.agent,
      })
      .catch(() => {});
  }
  await http.agent.destroy();
}
