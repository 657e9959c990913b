/**
 * The in-process tap of an HTTP client: a `fetch` that records what it carries. Both versions of the
 * SDK take one. Unlike a tap in between it changes no address, so that logins work as ever.
 *
 * What it sees are decoded bodies, and of the headers those that its caller set.
 */

import { type SessionClock, startClock } from './clock.ts';
import { thisHost } from './host.ts';
import { type Exchange, openExchange, type RequestHead } from './http/exchange.ts';
import { headerOf } from './http/headers.ts';
import { whyNoAnswer } from './http/no-answer.ts';
import { createSessions, type Sessions } from './http/sessions.ts';
import { largeLinesHere } from './large.ts';
import { type InProcessOptions, inProcess } from './object-session.ts';

type Fetch = typeof globalThis.fetch;

/** A fetch that records; `close` resolves when everything is recorded. */
export type TappedFetch = Fetch & {
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Records what passes a fetch, and passes it on.
 *
 * @example
 * const fetch = tapFetch(globalThis.fetch, { name: 'notes' });
 * new StreamableHTTPClientTransport(url, { fetch });
 */
export function tapFetch(fetch: Fetch, options: InProcessOptions): TappedFetch {
  const clock = startClock();
  let sessions: Sessions | undefined;
  const open = (url: URL, head: Omit<RequestHead, 'at' | 'caller' | 'path'>): Exchange => {
    sessions ??= startSessions(options, clock, url);
    const caller = () => ({
      host: thisHost(),
      authorization: headerOf(head.headers, 'authorization'),
    });
    const path = url.pathname + url.search;
    // What is of the protocol shows in the bodies: the same fetch carries logins too.
    return openExchange({ ...head, path, at: clock.now(), caller }, { sessions, endpoint: '' });
  };

  const tapped = async (...[input, init]: Parameters<Fetch>): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const given = init?.headers ?? (input instanceof Request ? input.headers : undefined);
    const exchange = open(url, { method, headers: [...new Headers(given)].flat() });
    recordRequest(
      exchange,
      init?.body ?? (input instanceof Request ? input.clone() : undefined),
      clock,
    );
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const gone = () => (signal?.aborted ? 'client-closed' : undefined);
    try {
      return observed(await fetch(input, init), exchange, clock, gone);
    } catch (error) {
      const left = gone();
      if (left) exchange.ended(left, clock.now());
      else exchange.ended('unreachable', clock.now(), whyNoAnswer(error));
      throw error;
    }
  };
  const close = async (): Promise<void> => await sessions?.close();
  return Object.assign(tapped, { close, [Symbol.asyncDispose]: close });
}

function startSessions(
  given: InProcessOptions,
  clock: SessionClock,
  { origin, pathname }: URL,
): Sessions {
  const { options, say, own } = inProcess(given);
  const facts = { fidelity: 'bytes', upstream: origin + pathname } as const;
  const { live } = options;
  return createSessions({ session: options, live, clock, facts, say, own, large: largeLinesHere });
}

/** Texts and bytes are there at once; whatever else is read from a copy. */
function recordRequest(exchange: Exchange, body: unknown, clock: SessionClock): void {
  const record = (bytes: Uint8Array): void => {
    const at = clock.now();
    exchange.requestBody(bytes, at, at);
    exchange.requestEnded();
  };
  if (typeof body === 'string' || body instanceof URLSearchParams)
    record(Buffer.from(String(body)));
  else if (body instanceof Uint8Array) record(body);
  else if (body instanceof Request) {
    body.arrayBuffer().then((bytes) => record(new Uint8Array(bytes)), exchange.requestEnded);
  } else exchange.requestEnded();
}

/** The response with a body that is recorded as it is read, no faster. */
function observed(
  response: Response,
  exchange: Exchange,
  clock: SessionClock,
  gone: () => 'client-closed' | undefined,
): Response {
  const { status, statusText, headers, body, url, redirected, type } = response;
  // Decoded already, so that its coding says nothing about what we see.
  const told = [...headers].filter(([name]) => name !== 'content-encoding').flat();
  exchange.responseHead(status, told, clock.now());
  const reader = body?.getReader();
  if (!reader) {
    exchange.ended('complete', clock.now());
    return response;
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          const at = clock.now();
          if (done) controller.close();
          else controller.enqueue(value);
          if (done) exchange.ended('complete', at);
          else exchange.responseBody(value, at, at);
        } catch (error) {
          const left = gone();
          if (left) exchange.ended(left, clock.now());
          else exchange.ended('server-closed', clock.now(), whyNoAnswer(error));
          controller.error(error);
        }
      },
      cancel(reason) {
        exchange.ended('client-closed', clock.now());
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const same = new Response(stream, { status, statusText, headers });
  // What the constructor cannot be told.
  return Object.defineProperties(same, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
  });
}
