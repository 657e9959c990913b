/**
 * Finds out which session an exchange belongs to: from its headers where they tell, else from the
 * first part of its body (is it an `initialize`?) or of its answer (does a stream of the older
 * transport begin?). See sessions.ts for the rules.
 */
import { createFramer } from '../../model/framing.ts';
import { isObject, parseJson } from '../../model/json.ts';
import { createBlockCut, readBlock } from '../../model/sse.ts';
import { latin1 } from '../../model/text.ts';
import { sha256 } from '../hash.ts';
import type { ExchangeOptions, RequestHead } from './exchange.ts';
import { headerOf, type RawHeaders } from './headers.ts';
import type { HttpSession } from './sessions.ts';
import type { Place } from './side.ts';

export interface Placement {
  /** Decides now, if the headers of the request suffice. */
  start(): void;
  /** A part of the request's body. */
  request(chunk: Uint8Array): void;
  requestEnded(): void;
  responseHead(status: number, headers: RawHeaders, isStream: boolean): void;
  /** A part of the response's body. */
  response(chunk: Uint8Array): void;
  /** Nothing more will tell. */
  ended(): void;
  /** The exchange is recorded; the session that ends with it ends. */
  close(): void;
}

/** Longer beginnings tell nothing. */
const LONGEST = 64 << 10;

export function createPlacement(
  head: RequestHead,
  { sessions, endpoint }: ExchangeOptions,
  onPlaced: (place: Place) => void,
): Placement {
  const { method, headers, at, caller } = head;
  const path = head.path.split('?', 1)[0] ?? '';
  const id = headerOf(headers, 'mcp-session-id');
  let session: HttpSession | undefined;
  let isInitialize = false;
  let begun: string[] = [];
  let length = 0;
  let isOver: string | undefined;

  const place = (found: HttpSession, isProtocol: boolean): void => {
    if (session) return;
    session = found;
    begun = [];
    onPlaced({ session, exchange: ++session.exchangeCount, isProtocol });
  };
  const placeByCaller = (isProtocol = path === endpoint): void => {
    if (!session) place(sessions.ofCaller(caller(), at), isProtocol);
  };
  const placeByBody = (): void => {
    if (session || method !== 'POST') return;
    const methods = methodsOf(begun.join(''));
    isInitialize = methods.includes('initialize');
    const isProtocol = path === endpoint || methods.length > 0;
    if (isInitialize) place(sessions.begin(caller(), at), isProtocol);
    else placeByCaller(isProtocol);
  };
  const look = createEndpointSearch();
  const placeByBlock = (chunk: Uint8Array): void => {
    const found = look(chunk);
    if (found === 'none') placeByCaller(true);
    else if (found !== 'unknown') {
      const begunNow = sessions.begin(caller(), at);
      sessions.nameEndpoint(begunNow, placeOf(found.address, head.path));
      isOver = 'closed';
      place(begunNow, true);
    }
  };

  return {
    start() {
      if (id !== undefined) return place(sessions.named(id, caller, at), true);
      const known = method === 'POST' ? sessions.atEndpoint(head.path) : undefined;
      if (known) place(known, true);
      else if (method !== 'POST' && method !== 'GET') placeByCaller();
    },
    request(chunk) {
      if (session) return;
      length += chunk.length;
      begun.push(latin1(chunk));
      if (length > LONGEST) placeByBody();
    },
    requestEnded: placeByBody,
    responseHead(status, answered, isStream) {
      if (method === 'POST') placeByBody();
      else if (!isStream) placeByCaller();
      const given = headerOf(answered, 'mcp-session-id');
      const isFine = status >= 200 && status < 300;
      if (session && isFine && given !== undefined) sessions.name(session, given);
      else if (session && isFine && isInitialize) sessions.give(session, caller());
      if (id === undefined) return;
      if (method === 'DELETE' && isFine) isOver = 'deleted by the client';
      if (status === 404) isOver = 'expired';
    },
    response(chunk) {
      if (!session) placeByBlock(chunk);
    },
    ended: () => placeByCaller(),
    close() {
      if (session && isOver !== undefined) sessions.end(session, isOver);
    },
  };
}

/** The methods of the requests and notifications in a body; none when it is not of the protocol. */
function methodsOf(body: string): string[] {
  const parsed = parseJson(body);
  const items = parsed.ok ? [parsed.value].flat() : [];
  return items.flatMap((item) =>
    isObject(item) && item['jsonrpc'] === '2.0' ? [String(item['method'] ?? '')] : [],
  );
}

type Found = 'unknown' | 'none' | { readonly address: string };

/** Looks into the first block of a stream: does it tell the endpoint of the older transport? */
function createEndpointSearch(): (chunk: Uint8Array) => Found {
  const framer = createFramer(LONGEST, sha256, createBlockCut());
  let length = 0;
  return (chunk) => {
    length += chunk.length;
    const [line] = framer.push(chunk, 0, 0);
    if (!line) return length > LONGEST ? 'none' : 'unknown';
    const text = latin1(line.bytes);
    const { event, data } = readBlock(text);
    return event === 'endpoint' && data ? { address: text.slice(data.start, data.end) } : 'none';
  };
}

/** The path and query that an endpoint means, told in the answer to a request of this path. */
function placeOf(address: string, path: string): string {
  const base = `http://localhost${path}`;
  if (!URL.canParse(address, base)) return address;
  const { pathname, search } = new URL(address, base);
  return pathname + search;
}
