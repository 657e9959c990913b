/**
 * One recorded session, live over HTTP: which message of the server goes into which response.
 *
 * Recorded over HTTP, each goes into the live exchange that plays its recorded one, and waits for it.
 * Recorded over a pipe, what belongs to a request goes into its exchange, and everything else to the
 * stream that the client has opened for it, or to the next one that can take it.
 */
import { parseJson } from '../../model/json.ts';
import { classify, itemsOf } from '../../model/message.ts';
import type { Heard } from '../heard.ts';
import { createPlayer, type Player } from '../player.ts';
import type { RecordedSession } from '../recorded.ts';
import type { ReplayReport } from '../report.ts';
import type { Script } from '../script.ts';
import type { Outgoing, OutgoingMessage } from '../speak.ts';
import type { SessionTranscript } from '../transcript.ts';
import { type Answer, createAnswer } from './answer.ts';
import { SESSION_ID } from './headers.ts';
import { exchangesOf, headerOf, type RecordedExchange } from './recorded-exchanges.ts';
import { rpcError } from './refusal.ts';
import { createTaking, type Taking } from './taking.ts';

export interface HttpSession {
  readonly script: Script;
  readonly exchanges: ReadonlyMap<number, RecordedExchange>;
  /** The recorded server gave its session a name, or would have over HTTP. */
  readonly isNamed: boolean;
  /** The name that it has now. */
  id: string | undefined;
  readonly isDeleted: boolean;
  /** The client has said all that it said in the recording. */
  readonly isSpent: boolean;
  post(text: string, request: Request): Promise<Response>;
  get(lastEvent: string | undefined, request: Request): Promise<Response>;
  delete(request: Request): Promise<Response>;
  report(): ReplayReport;
  transcript(): SessionTranscript;
  /** Ends all responses. */
  close(): void;
}

interface State {
  readonly session: RecordedSession;
  readonly exchanges: ReadonlyMap<number, RecordedExchange>;
  readonly taking: Taking;
  readonly player: Player;
  readonly heard: Heard | undefined;
  /** The responses that are not over, by live exchange. */
  readonly answers: Map<number, Answer>;
  /** Messages that wait for an exchange which plays theirs, by recorded exchange. */
  readonly held: Map<number, OutgoingMessage[]>;
  /** Messages that wait for any stream. */
  orphans: OutgoingMessage[];
  /** Messages whose exchange the client had given up. */
  readonly undelivered: OutgoingMessage[];
  id: string | undefined;
  /** Live exchanges so far, and recorded messages of the client that were heard in them. */
  count: number;
  heardCount: number;
  isStarted: boolean;
  isDeleted: boolean;
  /** The recorded server has ended by itself. */
  isOver: boolean;
}

export function createHttpSession(session: RecordedSession, heard?: Heard): HttpSession {
  const player = createPlayer(session);
  const { script } = player;
  const exchanges = exchangesOf(script);
  const state: State = {
    session,
    exchanges,
    taking: createTaking(exchanges),
    player,
    heard,
    answers: new Map(),
    held: new Map(),
    orphans: [],
    undelivered: [],
    id: undefined,
    count: 0,
    heardCount: 0,
    isStarted: false,
    isDeleted: false,
    isOver: false,
  };
  return {
    script,
    exchanges,
    isNamed: isNamed(state),
    get id() {
      return state.id;
    },
    set id(id) {
      state.id = id;
    },
    get isDeleted() {
      return state.isDeleted;
    },
    get isSpent() {
      return state.heardCount >= script.client.length;
    },
    post: (text, request) => post(state, text, request),
    get: (lastEvent, request) => get(state, lastEvent, request),
    delete: (request) => remove(state, request),
    report: () => reportOf(state),
    transcript: () => transcriptOf(state),
    close() {
      for (const answer of state.answers.values()) answer.end();
    },
  };
}

/** Sessions of the stateless era have no name; those that were no HTTP get one, as their servers give it. */
function isNamed({ session, exchanges }: State): boolean {
  if (exchanges.size === 0) return session.session.calls.some(isInitialize);
  return [...exchanges.values()].some(({ headers }) => headerOf(headers, SESSION_ID) !== undefined);
}

function isInitialize({ from, method }: { from: string; method: string }): boolean {
  return from === 'client' && method === 'initialize';
}

/** What of a body decides how it is answered. */
function readBody(text: string): { asked: number; isBatch: boolean; isMessage: boolean } {
  const parsed = parseJson(text);
  const value = parsed.ok ? parsed.value : undefined;
  const messages = parsed.ok ? itemsOf(classify(value)).map(([message]) => message) : [];
  return {
    asked: messages.filter(({ kind }) => kind === 'request').length,
    isBatch: Array.isArray(value),
    isMessage: messages.some(({ kind }) => kind !== 'invalid'),
  };
}

async function post(state: State, text: string, request: Request): Promise<Response> {
  start(state);
  if (state.isOver) throw new TypeError('terminated');
  const { asked, isBatch, isMessage } = readBody(text);
  const number = ++state.count;
  state.heard?.hear('client', text);
  const { heard, said } = state.player.hear(text, number);
  state.heardCount += heard.length;
  const recorded = heard.map(({ exchange }) => exchange).filter((one) => one !== undefined);
  for (const exchange of recorded) state.taking.take(exchange);
  const plays = state.exchanges.get(recorded[0] ?? 0);
  if (!isMessage && !plays) {
    route(state, said);
    settle(state);
    return rpcError(400, -32700, 'Parse error: the body is no JSON-RPC message');
  }
  const sessionId = state.id;
  const answer = open(state, { number, plays, asked, isBatch, sessionId, request });
  placeOrphans(state, answer);
  route(state, said, answer);
  settle(state);
  return answer.response;
}

type Opening = Omit<Parameters<typeof createAnswer>[0], 'onGone'>;

/** A new response. What has waited for it goes in first. */
function open(state: State, options: Opening): Answer {
  const { number, plays } = options;
  const answer = createAnswer({ ...options, onGone: () => abandoned(state, number) });
  state.answers.set(number, answer);
  const held = plays ? (state.held.get(plays.number) ?? []) : [];
  if (plays) state.held.delete(plays.number);
  for (const message of held) give(state, answer, message);
  return answer;
}

function abandoned(state: State, number: number): void {
  state.answers.delete(number);
  route(state, state.player.abandon(number));
  settle(state);
}

/** What the recorded server said before its client did. */
function start(state: State): void {
  if (state.isStarted) return;
  state.isStarted = true;
  route(state, state.player.start());
}

function route(state: State, said: readonly Outgoing[], current?: Answer): void {
  for (const one of said) {
    // Bytes of a standard output that were no message have no place in a response.
    if (one.kind === 'message') routeMessage(state, one);
    else if (one.kind === 'end') state.isOver = true;
    placeOrphans(state, current);
  }
}

/** What waits for any stream goes into the client's own, else into the response that is asked for now. */
function placeOrphans(state: State, current?: Answer): void {
  if (state.orphans.length === 0) return;
  const open = [...state.answers.values()].filter(canCarry);
  const own = open.find(({ number }) => state.taking.streams.has(number));
  const stream = own ?? (current && canCarry(current) ? current : open[0]);
  if (stream) for (const message of state.orphans.splice(0)) give(state, stream, message);
}

function give({ heard }: State, answer: Answer, message: OutgoingMessage): void {
  heard?.hear('server', message.text);
  answer.take(message);
}

/** Whether the response can hold a message that does not belong to it. */
function canCarry({ plays, isOver, isAsked }: Answer): boolean {
  return !isOver && (plays ? plays.isStream : isAsked);
}

function routeMessage(state: State, message: OutgoingMessage): void {
  const { step, exchange } = message;
  const own = exchange === undefined ? undefined : state.answers.get(exchange);
  const recorded = step?.exchange;
  if (recorded === undefined) {
    if (own && !own.isOver) give(state, own, message);
    else if (exchange === undefined) state.orphans.push(message);
    else state.undelivered.push(message);
    return;
  }
  const playing = [own, ...[...state.answers.values()].reverse()].find(
    (answer) => answer && !answer.isOver && answer.plays?.number === recorded,
  );
  if (playing) give(state, playing, message);
  else state.held.set(recorded, [...(state.held.get(recorded) ?? []), message]);
}

function settle(state: State): void {
  for (const [number, answer] of state.answers) {
    answer.settle(state.taking.hasPassed);
    if (state.isOver) answer.cut();
    if (answer.isOver) state.answers.delete(number);
  }
}

async function get(
  state: State,
  lastEvent: string | undefined,
  request: Request,
): Promise<Response> {
  start(state);
  if (state.isOver) throw new TypeError('terminated');
  const isPipe = state.exchanges.size === 0;
  const plays = state.taking.takeStream(lastEvent);
  const hasStream = isPipe ? state.session.session.era !== 'modern' : state.taking.hasStreams;
  if (!plays && !hasStream) {
    return rpcError(405, -32000, 'Method not allowed', { allow: 'POST' });
  }
  const isBusy = [...state.answers.keys()].some((number) => state.taking.streams.has(number));
  if (!plays && isBusy) return rpcError(409, -32000, 'Only one SSE stream is allowed per session');
  const number = ++state.count;
  const isOpen = !plays;
  if (!plays || (plays.isStream && !plays.resumes)) state.taking.streams.add(number);
  const sessionId = state.id;
  const answer = open(state, {
    number,
    plays,
    asked: 0,
    isBatch: false,
    isOpen,
    sessionId,
    request,
  });
  placeOrphans(state);
  settle(state);
  return answer.response;
}

async function remove(state: State, request: Request): Promise<Response> {
  const plays = state.taking.takeOther('DELETE');
  if (!plays) {
    if (state.id === undefined)
      return rpcError(405, -32000, 'Method not allowed', { allow: 'POST' });
    state.isDeleted = true;
    for (const answer of state.answers.values()) answer.end();
    state.answers.clear();
    return new Response(null, { status: 200 });
  }
  state.isDeleted = plays.status !== undefined && plays.status < 300;
  const number = ++state.count;
  const answer = open(state, {
    number,
    plays,
    asked: 0,
    isBatch: false,
    sessionId: state.id,
    request,
  });
  settle(state);
  return answer.response;
}

/** What waits for a stream that the client never opened was not sent. */
function withheldBy({ held, orphans, undelivered }: State): number[] {
  const waiting = [...orphans, ...undelivered, ...[...held.values()].flat()];
  return waiting.flatMap(({ step }) => step?.seq ?? []);
}

function reportOf(state: State): ReplayReport {
  const report = state.player.report();
  const seqs = withheldBy(state);
  if (seqs.length === 0) return report;
  const more = seqs.map((seq) => ({ entry: `${report.session}:${seq}` }));
  return { ...report, equal: false, withheld: [...report.withheld, ...more] };
}

function transcriptOf(state: State): SessionTranscript {
  const whole = state.player.transcript();
  const seqs = new Set(withheldBy(state));
  if (seqs.size === 0) return whole;
  return { ...whole, lines: whole.lines.filter(({ seq }) => !seqs.has(seq)) };
}
