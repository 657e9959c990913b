/**
 * Which session an exchange belongs to (design §4), and when a session is over.
 *
 * A session is named by its `Mcp-Session-Id`, or, over the older transport, by the endpoint that
 * its stream told. What has neither belongs to its caller: the process at the other end of the
 * connection, with the credentials it shows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Host, SessionEntry } from '../../model/entry.ts';
import { clockFrom, type SessionClock } from '../clock.ts';
import { createLargeLines, type LargeLines } from '../large.ts';
import type { LiveSpans } from '../otlp/live-spans.ts';
import { isRunning } from '../owner.ts';
import { onceATurn } from '../recorder.ts';
import { type SessionOptions, startSession, type TapSession } from '../tap-session.ts';

/** Who asks. */
export interface Caller {
  readonly host?: Host | undefined;
  readonly authorization?: string | undefined;
}

/** A session of this listener. Times of its clock are those of the listener's, less `start`. */
export interface HttpSession {
  readonly tap: TapSession;
  readonly start: number;
  readonly large: LargeLines;
  readonly host: Host | undefined;
  /** Who wants to know when nothing more should be read, since recording cannot follow. */
  readonly holds: Set<(isHeld: boolean) => void>;
  /** Which exchange first told an event, by the event's id. */
  readonly events: Map<string, number>;
  exchangeCount: number;
  openCount: number;
  lastUsed: number;
  /** Why it is to end as soon as no exchange is open. */
  ending?: string;
}

export interface Sessions {
  /** A new session of this caller, from now on. */
  begin(caller: Caller, at: number): HttpSession;
  /** The session of this id; one that nobody here saw begin is joined. */
  named(id: string, caller: () => Caller, at: number): HttpSession;
  atEndpoint(path: string): HttpSession | undefined;
  /** What a caller asks without naming a session. */
  ofCaller(caller: Caller, at: number): HttpSession;
  /** The server has given the session a name. */
  name(session: HttpSession, id: string): void;
  nameEndpoint(session: HttpSession, path: string): void;
  /** The server names no sessions: what this caller asks from now on belongs to this one. */
  give(session: HttpSession, caller: Caller): void;
  /** One of its exchanges is over. */
  release(session: HttpSession): void;
  /** The session is over as soon as no exchange is open. */
  end(session: HttpSession, reason: string): void;
  /** Ends all sessions; resolves when they are recorded. */
  close(): Promise<void>;
}

export interface SessionsOptions {
  readonly session: SessionOptions;
  /** Who sends their spans. */
  readonly live?: LiveSpans | undefined;
  readonly clock: SessionClock;
  readonly facts: Pick<SessionEntry, 'fidelity' | 'upstream'>;
  readonly say: (line: string) => void;
  /** What becomes of the tap of each session; itself, unless somebody else sees to it. */
  readonly own?: (tap: TapSession) => TapSession;
  /** Who makes the entries of large messages: a worker, unless somebody else is named. */
  readonly large?: typeof createLargeLines;
}

/** A session that nobody used for so long is over, in µs; a later request begins a new one. */
const IDLE = 30 * 60 * 1_000_000;
/** How often to look for those, in ms. */
const SWEEP = 60_000;
/** How long exchanges may take to be recorded when everything ends, in µs. */
const PATIENCE = 1_000_000;
const ENDED = 'the tap ended';

export function createSessions(options: SessionsOptions): Sessions {
  const { clock } = options;
  const all = new Set<HttpSession>();
  const [byId, byEndpoint, byCaller] = [named(), named(), named()];
  const finishing = new Set<Promise<void>>();

  const begin = (caller: Caller, start: number, more: { joined?: true } = {}): HttpSession => {
    const session = startHttpSession(options, caller, start, more);
    all.add(session);
    return session;
  };
  const forget = (session: HttpSession): void => {
    for (const names of [byId, byEndpoint, byCaller]) names.drop(session);
  };
  const finish = (session: HttpSession, reason: string): void => {
    if (!all.delete(session)) return;
    forget(session);
    const done = session.large.done().then(() => session.tap.finish(reason));
    finishing.add(done);
    void done.finally(() => finishing.delete(done));
  };
  const end = (session: HttpSession, reason: string): void => {
    forget(session);
    if (session.openCount > 0) session.ending ??= reason;
    else finish(session, reason);
  };
  const sweep = setInterval(() => {
    for (const session of all) {
      const reason = whyOver(session, clock.now());
      if (reason !== undefined) finish(session, reason);
    }
  }, SWEEP).unref();

  return {
    begin,
    named: (id, caller, at) => byId.get(id, () => begin(caller(), at, { joined: true })),
    atEndpoint: byEndpoint.find,
    ofCaller: (caller, at) => byCaller.get(keyOf(caller), () => begin(caller, at)),
    name: (session, id) => byId.set(id, session),
    nameEndpoint: (session, path) => byEndpoint.set(path, session),
    give: (session, caller) => byCaller.set(keyOf(caller), session),
    release(session) {
      session.openCount--;
      session.lastUsed = clock.now();
      if (session.openCount === 0 && session.ending !== undefined) finish(session, session.ending);
    },
    end,
    async close() {
      clearInterval(sweep);
      // What was decoded from a copy may still be on its way.
      const until = clock.now() + PATIENCE;
      for (const session of [...all]) end(session, ENDED);
      while (all.size > 0 && clock.now() < until) await delay(5);
      for (const session of [...all]) finish(session, session.ending ?? ENDED);
      await Promise.all(finishing);
    },
  };
}

function startHttpSession(
  {
    session: options,
    live,
    clock,
    facts,
    say,
    own = (tap) => tap,
    large: largeLines = createLargeLines,
  }: SessionsOptions,
  { host }: Caller,
  start: number,
  more: { joined?: true },
): HttpSession {
  const started = startSession({ ...options, live }, clockFrom(clock, start), say);
  const tap = own({ ...started, recorder: onceATurn(started.recorder) });
  const upstream = facts.upstream === undefined ? {} : { upstream: tap.clean(facts.upstream).text };
  tap.open({ transport: 'http', ...facts, ...upstream, ...(host ? { host } : {}), ...more });
  const holds: HttpSession['holds'] = new Set();
  const large = largeLines(tap, (isFull) => {
    for (const hold of holds) hold(isFull);
  });
  const counts = { exchangeCount: 0, openCount: 0, lastUsed: start };
  return { tap, start, large, host, holds, events: new Map(), ...counts };
}

/** Why a session has ended without anybody saying so; undefined: it has not. */
function whyOver({ openCount, host, lastUsed }: HttpSession, now: number): string | undefined {
  if (openCount > 0) return undefined;
  if (host && !isRunning(host)) return 'the client has gone';
  return now - lastUsed > IDLE ? 'idle' : undefined;
}

/** Sessions by a name of one kind; a session may have several. */
function named() {
  const sessions = new Map<string, HttpSession>();
  const set = (name: string, session: HttpSession): void => void sessions.set(name, session);
  return {
    set,
    find: (name: string): HttpSession | undefined => sessions.get(name),
    get(name: string, begin: () => HttpSession): HttpSession {
      const known = sessions.get(name) ?? begin();
      set(name, known);
      return known;
    },
    drop(session: HttpSession): void {
      for (const [name, one] of sessions) if (one === session) sessions.delete(name);
    },
  };
}

/** What tells callers without a session apart. It stays in memory, so it need not be hashed. */
function keyOf({ host, authorization = '' }: Caller): string {
  return `${host?.pid ?? ''} ${host?.started ?? ''} ${authorization}`;
}

/** How many event ids a session remembers. */
const EVENTS = 10_000;

/** Remembers where an event was told first: a stream that goes on behind it belongs there. */
export function noteEvent({ events }: HttpSession, id: string, exchange: number): void {
  if (events.has(id)) return;
  events.set(id, exchange);
  const [oldest] = events.size > EVENTS ? events.keys() : [];
  if (oldest !== undefined) events.delete(oldest);
}
