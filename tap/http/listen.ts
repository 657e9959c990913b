/**
 * The HTTP tap: listens on this machine, passes every request on to one upstream, and records what
 * crosses. Only the origin of the upstream's address is used to forward; paths pass as they come.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import type { Host } from '../../model/entry.ts';
import { refusal } from '../../model/loopback.ts';
import { type SessionClock, startClock } from '../clock.ts';
import { wantedSpans } from '../otlp/wanted.ts';
import { createPropagator } from '../propagation.ts';
import type { SessionOptions } from '../tap-session.ts';
import { faultOf } from './access.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { passOn, refuse } from './forward.ts';
import { headerOf, type RawHeaders } from './headers.ts';
import { isOfLogin, LOGIN } from './oauth.ts';
import { createPeers } from './peer.ts';
import { changedBody, mayChange } from './request-body.ts';
import { createSessions, type Sessions } from './sessions.ts';

export interface HttpTapOptions extends SessionOptions {
  /** The address of the server, as its clients know it. */
  readonly upstream: URL;
  /** Where to listen; port 0 takes any that is free. */
  readonly listen: { readonly host: string; readonly port: number };
  /** What is done with logins (oauth.ts). */
  readonly oauth?: 'pass' | 'rewrite';
  /** Tells the user one line. */
  readonly say: (line: string) => void;
}

export interface HttpTap {
  /** What clients name in place of the server's address. */
  readonly url: string;
  /** Ends all connections; resolves when everything is recorded. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long a connection to the upstream may take, in ms; its answers take as long as they take. */
const CONNECT = 5000;
/** How long a client may take to send the head of a request, and how often that is looked at, in ms. */
const HEAD = { longest: 9000, looked: 1000 };
/** How long an idle connection of a client is kept, in ms: longer than clients keep theirs. */
const IDLE = 65_000;
const LONGEST_HEAD = 64 << 10;

/** Listens; rejects with the error of the system when it cannot. */
export async function tapHttp(options: HttpTapOptions): Promise<HttpTap> {
  const { upstream, listen } = options;
  const say = withoutRepeats(options.say);
  const clock = startClock();
  const sessions = createSessions({
    session: options,
    live: wantedSpans(options, say),
    clock,
    facts: { fidelity: 'bytes', upstream: shownAddress(upstream) },
    say,
  });
  const dispatcher = new Pool(upstream.origin, {
    bodyTimeout: 0,
    headersTimeout: 0,
    connect: { timeout: CONNECT },
    maxHeaderSize: LONGEST_HEAD,
  });
  const server = createServer(
    {
      requestTimeout: 0,
      headersTimeout: HEAD.longest,
      connectionsCheckingInterval: HEAD.looked,
      keepAliveTimeout: IDLE,
      maxHeaderSize: LONGEST_HEAD,
    },
    answerWith(options, { clock, sessions, dispatcher }),
  );
  // Above its usual number Node leaves headers out and says nothing; their size is bounded anyway.
  server.maxHeadersCount = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await dispatcher.destroy();
    await sessions.close();
  };
  if (options.oauth === 'rewrite') say(LOGIN.rewritten(options.name));
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const url = `http://${host}:${port}${upstream.pathname}${upstream.search}`;
  return { url, close, [Symbol.asyncDispose]: close };
}

interface Means {
  readonly clock: SessionClock;
  readonly sessions: Sessions;
  readonly dispatcher: Dispatcher;
}

/** Answers requests: those that are not of this machine itself, all others as the upstream does. */
function answerWith(
  { upstream, say, name, oauth = 'pass', propagate, environment }: HttpTapOptions,
  { clock, sessions, dispatcher }: Means,
): (request: IncomingMessage, response: ServerResponse) => void {
  const sayOnce = once(say);
  const hostOf = rememberHosts();
  const propagator = propagate && createPropagator(propagate, environment['TRACEPARENT']);
  return (request, response) => {
    const { rawHeaders: headers, headers: named, socket, url = '', method = '' } = request;
    response.sendDate = false;
    const reason = refusal(named.host, named.origin);
    if (reason !== undefined) {
      sayOnce('refused', `${name} refused a request that is not of this machine. ${reason}`);
      refuse(response, 403, -32000, reason);
      return;
    }
    const fault = faultOf(url, headers);
    if (fault) {
      refuse(response, fault.status, -32600, fault.message);
      return;
    }
    const caller = () => ({
      host: hostOf(socket),
      authorization: headerOf(headers, 'authorization'),
    });
    const head = { method, path: url, headers, at: clock.now(), caller };
    const route = {
      upstream,
      ours: `http://${named.host}`,
      oauth,
      onHead: (status: number, raw: RawHeaders) => {
        if (oauth === 'pass' && isOfLogin(url, status, raw)) sayOnce('login', LOGIN.seen(name));
      },
      dispatcher,
      now: clock.now,
      onUnreachable: (reason: string) =>
        sayOnce('unreachable', `${name} cannot be reached at ${upstream.origin}: ${reason}`),
    };
    const exchangeOf = (hold: (isHeld: boolean) => void): Exchange =>
      openExchange(head, { sessions, endpoint: upstream.pathname, hold });
    if (!propagator || !mayChange(headers)) passOn(request, response, route, exchangeOf);
    else {
      const changed = changedBody(request, propagator, clock.now);
      changed.then(
        (bodyOf) => passOn(request, response, route, exchangeOf, bodyOf),
        () => response.destroy(),
      );
    }
  };
}

/** What is true of all sessions is said once, and not by each of them. */
function withoutRepeats(say: (line: string) => void): (line: string) => void {
  const sayOnce = once(say);
  return (line) => sayOnce(line, line);
}

/** Says each kind of thing no more than once. */
function once(say: (line: string) => void): (kind: string, line: string) => void {
  const said = new Set<string>();
  return (kind, line) => {
    if (!said.has(kind)) say(line);
    said.add(kind);
  };
}

/** Looks once for the process behind a connection, and only when a session has to know. */
function rememberHosts(): (socket: Socket) => Host | undefined {
  const peerOf = createPeers();
  const hosts = new WeakMap<Socket, { host: Host | undefined }>();
  return (socket) => {
    const known = hosts.get(socket) ?? { host: peerOf(socket) };
    hosts.set(socket, known);
    return known.host;
  };
}

/** The upstream's address as a recording may have it; a user name or password in it is none of its business. */
function shownAddress({ origin, pathname, search }: URL): string {
  return `${origin}${pathname}${search}`;
}
