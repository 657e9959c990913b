/**
 * Passes one request on to the upstream and its response back: headers as they came, bodies chunk
 * by chunk and no faster than they are taken, and each side's end as soon as it comes.
 *
 * Whoever gives up is felt by the other at once: a client that closes aborts the upstream (which in
 * 2026-07-28 is how a call is cancelled), a response that breaks off breaks off here too.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Exchange } from './exchange.ts';
import { type RawHeaders, requestHeaders } from './headers.ts';
import { whyNoAnswer } from './no-answer.ts';
import { openRequestBody, type RequestBody } from './request-body.ts';
import { type Addresses, answeredHeaders, type Rewrite, rewriteOf } from './rewrite.ts';

export interface Route extends Addresses {
  readonly dispatcher: Dispatcher;
  /** µs of the listener's clock. */
  readonly now: () => number;
  /** Told why the server gave no answer. */
  readonly onUnreachable: (reason: string) => void;
  /** Sees the head of every response. */
  readonly onHead: (status: number, headers: RawHeaders) => void;
}

/** Begins at once; the exchange hears of everything after it was passed on. */
export function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  exchangeOf: (hold: (isHeld: boolean) => void) => Exchange,
  bodyOf: (exchange: Exchange) => RequestBody = (exchange) =>
    openRequestBody(request, exchange, route.now),
): void {
  const { upstream, ours, dispatcher } = route;
  const valve = createValve();
  const exchange = exchangeOf((isHeld) => valve.set({ isHeld }));
  response.on('close', () => {
    if (!response.writableFinished) valve.leave();
  });
  response.on('drain', () => valve.set({ isFull: false }));
  // Who has nobody to write to is told by `close`.
  response.on('error', () => {});
  const body = bodyOf(exchange);
  const handler = handlerOf({ request, response, route, valve, exchange, body });
  const options = {
    path: request.url ?? '/',
    method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
    headers: requestHeaders(request.rawHeaders, ours, upstream, body.length),
    // The types forget that it takes what can be iterated over.
    body: body.parts as unknown as Readable | null,
  };
  dispatcher.dispatch(options, handler);
}

/** Whether more of the response is read. */
interface Valve {
  readonly hasLeft: boolean;
  open(controller: Dispatcher.DispatchController): void;
  /** `isHeld`: recording cannot follow; `isFull`: the client takes no more. */
  set(state: { isHeld?: boolean; isFull?: boolean }): void;
  /** The client has gone. */
  leave(): void;
}

function createValve(): Valve {
  let controller: Dispatcher.DispatchController | undefined;
  let state = { isHeld: false, isFull: false };
  let hasLeft = false;
  const flow = (): void => {
    if (hasLeft) controller?.abort(new Error('the client closed its connection'));
    else if (state.isHeld || state.isFull) controller?.pause();
    else controller?.resume();
  };
  return {
    get hasLeft() {
      return hasLeft;
    },
    open(started) {
      controller = started;
      flow();
    },
    set(change) {
      state = { ...state, ...change };
      flow();
    },
    leave() {
      hasLeft = true;
      flow();
    },
  };
}

interface Context {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  readonly valve: Valve;
  readonly exchange: Exchange;
  readonly body: RequestBody;
}

function handlerOf({
  request,
  response,
  route,
  valve,
  exchange,
  body,
}: Context): Dispatcher.DispatchHandler {
  const { upstream, now } = route;
  const asked = { method: request.method ?? '', path: request.url ?? '' };
  let rewrite: Rewrite | undefined;
  const onceATurn = createGathering((chunk) => {
    const at = now();
    const passed = rewrite?.pass(chunk) ?? chunk;
    const sent = now();
    if (passed.length > 0 && !response.write(passed)) valve.set({ isFull: true });
    exchange.responseBody(chunk, at, sent);
  });
  return {
    onRequestStart: (controller) => valve.open(controller),
    onResponseStart(controller, status, _headers, statusText) {
      if (status < 200) return;
      const raw = rawOf(controller);
      const at = now();
      response.writeHead(status, reasonPhrase(statusText), answeredHeaders(raw, asked, route));
      // With the first part of the body where that is here already, else alone.
      setImmediate(() => response.flushHeaders());
      rewrite = rewriteOf(raw, asked, route);
      exchange.responseHead(status, raw, at);
      route.onHead(status, raw);
    },
    onResponseData: (_, chunk) => onceATurn.push(chunk),
    onResponseEnd() {
      onceATurn.flush();
      response.end(rewrite?.end());
      exchange.ended('complete', now());
    },
    onResponseError(_, error) {
      onceATurn.flush();
      if (valve.hasLeft) exchange.ended('client-closed', now());
      else if (response.headersSent) {
        response.destroy();
        exchange.ended('server-closed', now(), whyNoAnswer(error));
      } else {
        const reason = whyNoAnswer(error);
        refuse(response, 502, -32000, `No answer from ${upstream.origin}: ${reason}`);
        const end = (): void => exchange.ended('unreachable', now(), reason);
        body.drain().then(end, end);
        route.onUnreachable(reason);
      }
    },
  };
}

/** Its bytes again, out of the text that the client made of them, without what Node refuses to write. */
function reasonPhrase(text = ''): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ');
}

/**
 * Takes the parts that come in one turn of the event loop together: a stream of small events comes
 * as many parts of one read.
 */
function createGathering(pass: (chunk: Buffer) => void) {
  let parts: Buffer[] = [];
  const flush = (): void => {
    const [first] = parts;
    if (!first) return;
    const all: Buffer = parts.length === 1 ? first : Buffer.concat(parts);
    parts = [];
    pass(all);
  };
  return {
    push(chunk: Buffer): void {
      if (parts.length === 0) queueMicrotask(flush);
      parts.push(chunk);
    },
    flush,
  };
}

/** Answers in the place of the server, as its own transport would: no id, since none was read. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: number,
  message: string,
): void {
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** The headers as raw texts. */
function rawOf({ rawHeaders }: Dispatcher.DispatchController): RawHeaders {
  return Array.isArray(rawHeaders)
    ? rawHeaders.map((part) => (typeof part === 'string' ? part : part.toString('latin1')))
    : [];
}
