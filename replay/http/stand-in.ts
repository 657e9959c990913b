/**
 * Recorded servers over HTTP, as a function from requests to responses: what a socket serves, and
 * what the HTTP transports of the SDKs take as their `fetch`.
 *
 * One client at a time is one recorded session: each `initialize` takes the next recorded session.
 * What names no session belongs to the newest that was opened without a name.
 */
import { randomUUID } from 'node:crypto';
import { parseJson } from '../../model/json.ts';
import { classify, itemsOf } from '../../model/message.ts';
import type { Heard } from '../heard.ts';
import type { Player } from '../player.ts';
import type { RecordedSession } from '../recorded.ts';
import type { ReplayReport } from '../report.ts';
import { isRequest } from '../script.ts';
import { type Transcript, transcript } from '../transcript.ts';
import { readText } from './body.ts';
import { SESSION_ID } from './headers.ts';
import { createHttpSession, type HttpSession } from './http-session.ts';
import { rpcError } from './refusal.ts';

/** A request that was no message for any session, and what it was answered. */
export interface Refused {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly why: 'no-session' | 'too-large' | 'broken-off' | 'no-such-method' | 'no-such-path';
}

export interface HttpReport {
  readonly sessions: readonly ReplayReport[];
  /** In the order in which they came, at most a thousand. */
  readonly refused: readonly Refused[];
}

export interface HttpStandIn {
  /** In the order in which they are taken. */
  readonly sessions: readonly HttpSession[];
  /** Rejects where a server would break off the connection, or when the request is given up. */
  fetch(request: Request): Promise<Response>;
  report(): HttpReport;
  transcript(): Transcript;
  /** Ends all responses. */
  close(): void;
}

export type Fetch = typeof globalThis.fetch;

/** The stand-in as the function that its clients know. */
export function fetchOf(standIn: Pick<HttpStandIn, 'fetch'>): Fetch {
  return async (input, init) => standIn.fetch(new Request(input, init));
}

interface House {
  readonly sessions: readonly HttpSession[];
  readonly used: Set<HttpSession>;
  readonly byId: Map<string, HttpSession>;
  /** What names no session belongs to it. */
  unnamed: HttpSession | undefined;
  /** The newest that was begun. */
  newest: HttpSession | undefined;
  readonly openings: Map<HttpSession, Map<string, number>>;
  readonly refused: Refused[];
}

/** Players of the sessions of one recorded server, each in its turn; `heard` keeps what was really said. */
export function httpStandIn(
  players: readonly Player[],
  heard: (session: RecordedSession) => Heard | undefined = () => undefined,
): HttpStandIn {
  const sessions = players.map((player) => createHttpSession(player, heard(player.session)));
  const house: House = {
    sessions,
    used: new Set(),
    byId: new Map(),
    unnamed: undefined,
    newest: undefined,
    openings: new Map(),
    refused: [],
  };
  return {
    sessions,
    fetch: (request) => answer(house, request),
    report: () => ({
      sessions: sessions.map((session) => session.report()),
      refused: [...house.refused],
    }),
    transcript: () => transcript(sessions.map((session) => session.transcript())),
    close() {
      for (const session of sessions) session.close();
    },
  };
}

/** More are refused, but not told. */
const MOST_REFUSED = 1000;

async function answer(house: House, request: Request): Promise<Response> {
  const { method, headers } = request;
  const { pathname } = new URL(request.url);
  const refuse = (response: Response, why: Refused['why']): Response => {
    const { refused } = house;
    const path = pathname.slice(0, 200);
    if (refused.length < MOST_REFUSED) refused.push({ method, path, status: response.status, why });
    return response;
  };
  if (pathname.startsWith('/.well-known/')) {
    return refuse(rpcError(404, -32000, 'Not found'), 'no-such-path');
  }
  if (method !== 'POST' && method !== 'GET' && method !== 'DELETE') {
    const allow = { allow: 'GET, POST, DELETE' };
    return refuse(rpcError(405, -32000, 'Method not allowed', allow), 'no-such-method');
  }
  const body = method === 'POST' ? await readText(request).catch(() => null) : '';
  if (body === undefined) {
    return refuse(rpcError(413, -32000, 'The body is too large'), 'too-large');
  }
  if (body === null) return refuse(rpcError(400, -32000, 'The body broke off'), 'broken-off');
  // What was given up on its way is not heard.
  request.signal.throwIfAborted();
  const session = sessionOf(house, headers.get(SESSION_ID), body);
  if (!session || session.isDeleted) {
    return refuse(rpcError(404, -32001, 'Session not found'), 'no-session');
  }
  if (method === 'POST') return session.post(body, request);
  if (method === 'GET') return session.get(headers.get('last-event-id') ?? undefined, request);
  return session.delete(request);
}

/** Methods that open a session: the first thing a client asks, once. */
const OPENING = ['initialize', 'server/discover'] as const;
type Opening = (typeof OPENING)[number];

function sessionOf(house: House, id: string | null, body: string): HttpSession | undefined {
  const opening = openingIn(body);
  if (opening !== 'initialize' && id !== null) return house.byId.get(id);
  const session = opening ? opened(house, opening) : unopened(house);
  if (!session || !opening) return session;
  // One that was not recorded is refused, and must not take the name from the client that has it.
  const isNext = isLeft(house, session, opening) || session.id === undefined;
  noteOpening(house, session, opening);
  if (opening === 'initialize' && session.isNamed && isNext) {
    session.id = randomUUID();
    house.byId.set(session.id, session);
    if (house.unnamed === session) house.unnamed = undefined;
  }
  return session;
}

function openingIn(body: string): Opening | undefined {
  const parsed = parseJson(body);
  if (!parsed.ok) return undefined;
  const methods = itemsOf(classify(parsed.value)).map(([one]) =>
    one.kind === 'request' ? one.method : '',
  );
  return OPENING.find((one) => methods.includes(one));
}

/** The session that is opened: the one that still waits to be, else the next, else the newest: a miss. */
function opened(house: House, opening: Opening): HttpSession | undefined {
  const { unnamed, newest } = house;
  if (unnamed && isLeft(house, unnamed, opening)) return unnamed;
  return begin(house, opening) ?? unnamed ?? newest;
}

/** Where nothing is opened, it is the newest session without a name; or the next, when nothing is left of that. */
function unopened(house: House): HttpSession | undefined {
  const { unnamed } = house;
  return unnamed && !unnamed.isSpent ? unnamed : (begin(house, undefined) ?? unnamed);
}

/** Takes the next recorded session that begins like this; what is not opened takes one that never is. */
function begin(house: House, opening: Opening | undefined): HttpSession | undefined {
  const left = house.sessions.filter((session) => !house.used.has(session));
  const found =
    opening === undefined
      ? (left.find((session) => countOf(session, 'initialize') === 0) ?? left[0])
      : left.find((session) => countOf(session, opening) > 0);
  const session = found ?? (house.newest ? undefined : left[0]);
  if (!session) return opening === undefined ? (house.unnamed ?? house.newest) : undefined;
  house.used.add(session);
  house.newest = session;
  if (opening !== 'initialize' || !session.isNamed) house.unnamed = session;
  return session;
}

function countOf({ script }: HttpSession, opening: Opening): number {
  return script.client.filter((item) => isRequest(item) && item.message.method === opening).length;
}

function isLeft(house: House, session: HttpSession, opening: Opening): boolean {
  return (house.openings.get(session)?.get(opening) ?? 0) < countOf(session, opening);
}

function noteOpening({ openings }: House, session: HttpSession, opening: Opening): void {
  const counts = openings.get(session) ?? new Map<string, number>();
  openings.set(session, counts.set(opening, (counts.get(opening) ?? 0) + 1));
}
