/** One recorded session, live over HTTP: what its client posts, opens and deletes. */
import { headerOf, reference } from '../../model/entry.ts';
import { parseJson } from '../../model/json.ts';
import { classify, itemsOf } from '../../model/message.ts';
import type { Heard } from '../heard.ts';
import type { Player } from '../player.ts';
import type { RecordedSession } from '../recorded.ts';
import type { ReplayReport } from '../report.ts';
import type { Script } from '../script.ts';
import type { Outgoing, OutgoingMessage } from '../speak.ts';
import type { SessionTranscript } from '../transcript.ts';
import type { Answer, AnswerOptions } from './answer.ts';
import { SESSION_ID } from './headers.ts';
import { exchangesOf, type RecordedExchange } from './recorded-exchanges.ts';
import { rpcError } from './refusal.ts';
import { createRouting, type Routing } from './routing.ts';
import { createTaking, type Taking } from './taking.ts';

export interface HttpSession {
  readonly script: Script;
  /** The recorded server gave its session a name, or would have over HTTP. */
  readonly isNamed: boolean;
  /** The name that it has now. */
  id: string | undefined;
  readonly isDeleted: boolean;
  /** The client has said all that it said in the recording. */
  readonly isSpent: boolean;
  post(text: string, request: Request): Promise<Response>;
  /** `lastEvent`: the event that the stream is to go on after. */
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
  readonly routing: Routing;
  readonly player: Player;
  readonly heard: Heard | undefined;
  id: string | undefined;
  /** Live exchanges so far, and recorded messages of the client that were heard in them. */
  count: number;
  heardCount: number;
  isStarted: boolean;
  isDeleted: boolean;
  /** The recorded server has ended by itself. */
  isOver: boolean;
}

export function createHttpSession(player: Player, heard?: Heard): HttpSession {
  const { session } = player;
  const { script } = player;
  const exchanges = exchangesOf(script);
  const taking = createTaking(exchanges);
  const state: State = {
    session,
    exchanges,
    taking,
    routing: createRouting(taking, heard),
    player,
    heard,
    id: undefined,
    count: 0,
    heardCount: 0,
    isStarted: false,
    isDeleted: false,
    isOver: false,
  };
  return {
    script,
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
    close: state.routing.endAll,
  };
}

/** Sessions of the stateless era have no name; those that were no HTTP get one, as their servers give it. */
function isNamed({ session, exchanges }: State): boolean {
  if (exchanges.size > 0) {
    return [...exchanges.values()].some(({ headers }) => headerOf({ headers }, SESSION_ID));
  }
  return session.session.calls.some(
    ({ from, method }) => from === 'client' && method === 'initialize',
  );
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
  const { player, taking, exchanges } = state;
  const { asked, isBatch, isMessage } = readBody(text);
  const number = ++state.count;
  state.heard?.hear('client', text);
  const { heard, said } = player.hear(text, number);
  state.heardCount += heard.length;
  const recorded = heard.flatMap(({ exchange }) => exchange ?? []);
  for (const exchange of recorded) taking.take(exchange);
  const plays = exchanges.get(recorded[0] ?? 0);
  if (!isMessage && !plays) {
    say(state, said);
    return rpcError(400, -32700, 'Parse error: the body is no JSON-RPC message');
  }
  const answer = open(state, { number, plays, asked, isBatch, request });
  say(state, said, answer);
  return answer.response;
}

type Opening = Omit<AnswerOptions, 'onGone' | 'sessionId'>;

function open(state: State, options: Opening): Answer {
  const { routing, player, id: sessionId } = state;
  const { number } = options;
  const onGone = (): void => {
    routing.drop(number);
    say(state, player.abandon(number));
  };
  const answer = routing.open({ ...options, sessionId, onGone });
  routing.placeWaiting(answer);
  return answer;
}

/** What the recorded server said before its client did; one that has ended says nothing more. */
function start(state: State): void {
  if (state.isOver) throw new TypeError('terminated');
  if (state.isStarted) return;
  state.isStarted = true;
  say(state, state.player.start());
}

function say(state: State, said: readonly Outgoing[], current?: Answer): void {
  for (const one of said) {
    // Bytes of a standard output that were no message have no place in a response.
    if (one.kind === 'message' && one.delay !== undefined) sayLater(state, one, one.delay);
    else if (one.kind === 'message') state.routing.route(one, current);
    else if (one.kind === 'end') state.isOver = true;
  }
  state.routing.settle(state.isOver);
}

/** Because of a fault. */
function sayLater(state: State, message: OutgoingMessage, delay: number): void {
  const { delay: _, ...now } = message;
  setTimeout(() => say(state, [now]), delay).unref();
}

async function get(
  state: State,
  lastEvent: string | undefined,
  request: Request,
): Promise<Response> {
  start(state);
  const { session, exchanges, taking, routing } = state;
  const plays = taking.takeStream(lastEvent);
  const isPipe = exchanges.size === 0;
  const hasStream = isPipe ? session.session.era !== 'modern' : taking.hasStreams;
  if (!plays && !hasStream) return notAllowed();
  if (!plays && routing.hasStream()) {
    return rpcError(409, -32000, 'Only one SSE stream is allowed per session');
  }
  const number = ++state.count;
  if (!plays || (plays.isStream && !plays.resumes)) taking.streams.add(number);
  const isOpen = !plays;
  const answer = open(state, { number, plays, asked: 0, isBatch: false, isOpen, request });
  say(state, []);
  return answer.response;
}

async function remove(state: State, request: Request): Promise<Response> {
  const plays = state.taking.takeOther('DELETE');
  if (!plays) {
    if (state.id === undefined) return notAllowed();
    state.isDeleted = true;
    state.routing.endAll();
    return new Response(null, { status: 200 });
  }
  state.isDeleted = plays.status !== undefined && plays.status < 300;
  const number = ++state.count;
  const answer = open(state, { number, plays, asked: 0, isBatch: false, request });
  say(state, []);
  return answer.response;
}

function notAllowed(): Response {
  return rpcError(405, -32000, 'Method not allowed', { allow: 'POST' });
}

/** The places of what was due, but had no response to go into. */
function undelivered({ routing }: State): number[] {
  return routing.undelivered().flatMap(({ step }) => step?.seq ?? []);
}

function reportOf(state: State): ReplayReport {
  const report = state.player.report();
  const more = undelivered(state).map((seq) => ({ entry: reference(report.session, seq) }));
  if (more.length === 0) return report;
  return { ...report, equal: false, withheld: [...report.withheld, ...more] };
}

function transcriptOf(state: State): SessionTranscript {
  const whole = state.player.transcript();
  const seqs = new Set(undelivered(state));
  return { ...whole, lines: whole.lines.filter(({ seq }) => !seqs.has(seq)) };
}
