/**
 * Drives the recorded lines of a client at a live server: sends each once what it waits for has
 * happened, with the values of the live run in it, and answers what the server asks.
 *
 * It waits for no answer longer than it was told, and for nothing else longer than a second of
 * silence; a server that says nothing at all, or without end, is left. It judges nothing.
 */
import { parseJson } from '../../model/json.ts';
import { classify, type Id } from '../../model/message.ts';
import { LISTEN } from '../../model/methods.ts';
import type { Call, Seen } from '../../model/session.ts';
import { MISS_CODE } from '../refusal.ts';
import type { Script } from '../script.ts';
import { type Bindings, type Conflict, createBindings } from './bindings.ts';
import type { Baton, Conductor } from './conductor.ts';
import { type Connect, type Connection, ConnectionFault, type Crossed } from './connection.ts';
import type { Flow } from './flow.ts';
import type { ClientLine } from './lines.ts';
import { createLive, createPairs, type Live, type Pairs } from './live.ts';
import { isAwaited, type Step } from './order.ts';
import { createQuestions, type Questions } from './questions.ts';
import { createWaiting, toldKey, type Waiting } from './waiting.ts';
import { type Wording, worded } from './wording.ts';

export interface DriveOptions {
  readonly script: Script;
  readonly steps: readonly Step[];
  readonly flow: Flow;
  readonly connect: Connect;
  /** How long an answer is waited for, in ms. */
  readonly timeout: number;
  /** A request whose answer is waited for although the recording has none. */
  readonly awaited?: Call;
  readonly secretOf: Wording['secretOf'];
  /** Ends the run before its time. */
  readonly signal?: AbortSignal;
  /** Whoever says when lines that wait to be told are sent, and when it is over. */
  readonly conductor?: Conductor;
}

/** What came of it. */
export interface Drive {
  readonly live: Live;
  readonly pairs: Pairs;
  readonly bindings: Bindings;
  /** Recorded lines that were not sent, and why. */
  readonly unsent: readonly { readonly line: ClientLine; readonly why: string }[];
  /** Recorded requests that were sent and not answered, and why. */
  readonly unanswered: ReadonlyMap<Call, string>;
  /** Questions of the live server that the recording has nothing of. */
  readonly strayQuestions: readonly Call[];
  /** Recorded questions that the live server did not ask. */
  readonly unasked: readonly Call[];
  /** Why it ended before all was sent. */
  readonly broken?: string;
  readonly conflict?: Conflict;
}

/** How long a server may be silent before nobody waits for a question or a notification, in ms. */
const SILENCE = 1000;
/** What a server may say beyond what was recorded before it is left. */
const MOST = { messages: 20_000, text: 512 * 1024 * 1024 };

interface State extends DriveOptions {
  readonly live: Live;
  readonly pairs: Pairs;
  readonly bindings: Bindings;
  readonly questions: Questions;
  readonly waiting: Waiting;
  readonly unsent: { line: ClientLine; why: string }[];
  readonly unanswered: Map<Call, string>;
  readonly strayQuestions: Call[];
  readonly heardCounts: Map<string, number>;
  /** Recorded requests whose answer is waited for. */
  readonly inFlight: Map<Call, NodeJS.Timeout>;
  readonly exchanges: Map<Call, number>;
  readonly done: () => void;
  connection: Connection | undefined;
  quiet: NodeJS.Timeout | undefined;
  exchange: number;
  /** Whether anything was heard since an answer was last given up. */
  heardSince: boolean;
  broken: string | undefined;
  /** Why the exchange of `initialize` ended without an answer: what is there is no such server. */
  refused: string | undefined;
  /** The one call that was meant is settled. */
  isDone: boolean;
  isOver: boolean;
}

/** Throws a ConnectionFault where there is no server, or one that speaks no MCP over HTTP. */
export async function drive(options: DriveOptions): Promise<Drive> {
  let done = (): void => {};
  const over = new Promise<void>((resolve) => {
    done = resolve;
  });
  const state = newState(options, done);
  const connection = await options.connect({
    heard: (crossed) => hear(state, crossed),
    over: (exchange, why) => endExchange(state, exchange, why),
    ended: (why) => stop(state, why),
  });
  state.connection = connection;
  const interrupt = (): void => stop(state, 'it was interrupted');
  if (options.signal?.aborted) interrupt();
  options.signal?.addEventListener('abort', interrupt);
  advance(state);
  options.conductor?.begin(batonOf(state));
  await over;
  options.signal?.removeEventListener('abort', interrupt);
  await connection.close();
  if (state.refused !== undefined) {
    const detail = `The server did not answer initialize: ${state.refused}`;
    throw new ConnectionFault('server-unreachable', detail);
  }
  const { live, pairs, bindings, unsent, unanswered, strayQuestions, questions, broken } = state;
  const conflict = bindings.conflict();
  return {
    live,
    pairs,
    bindings,
    unsent,
    unanswered,
    strayQuestions,
    unasked: questions.left(),
    ...(broken === undefined ? {} : { broken }),
    ...(conflict ? { conflict } : {}),
  };
}

function batonOf(state: State): Baton {
  const { live, pairs, bindings, waiting } = state;
  return {
    live,
    pairs,
    bindings,
    tell(lines) {
      for (const line of lines) waiting.happened(toldKey(line));
      advance(state);
    },
    over: () => finish(state),
  };
}

function newState(options: DriveOptions, done: () => void): State {
  const pairs = createPairs();
  return {
    ...options,
    live: createLive(),
    pairs,
    bindings: createBindings(options.flow),
    questions: createQuestions(options.script.session, pairs),
    waiting: createWaiting(options.steps),
    unsent: [],
    unanswered: new Map(),
    strayQuestions: [],
    heardCounts: new Map(),
    inFlight: new Map(),
    exchanges: new Map(),
    done,
    connection: undefined,
    quiet: undefined,
    exchange: 0,
    heardSince: false,
    broken: undefined,
    refused: undefined,
    isDone: false,
    isOver: false,
  };
}

/** Sends what may be sent, and sees to it that something happens next. */
function advance(state: State): void {
  if (state.isOver || !state.connection) return;
  for (let ready = state.waiting.ready(); ready.length > 0; ready = state.waiting.ready()) {
    for (const { line } of ready) if (!state.isOver) sendLine(state, line, state.connection);
  }
  if (state.isOver) return;
  clearTimeout(state.quiet);
  if (state.isDone) finish(state);
  if (state.isOver || state.inFlight.size > 0 || state.conductor) return;
  if (state.waiting.isEmpty && isAllHeard(state)) finish(state);
  else state.quiet = setTimeout(() => onSilence(state), SILENCE);
}

function sendLine(state: State, line: ClientLine, connection: Connection): void {
  const { waiting, exchanges, live, pairs } = state;
  const cancelled = line.cancels.map((call) => exchanges.get(call));
  const isAbandoned =
    cancelled.length > 0 &&
    cancelled.every((exchange) => exchange !== undefined && connection.abandon(exchange));
  if (!isAbandoned) {
    const idOf = (question: Call): Id | undefined => pairs.live(question)?.id;
    const text = worded(line, { ...state, idOf });
    const exchange = connection.isExchanged ? ++state.exchange : 0;
    const own =
      exchange > 0 ? ({ channel: 'request', exchange } as const) : ({ channel: 'stdin' } as const);
    const value = parsedValue(text);
    const seen = live.add({ type: 'message', at: 0, from: 'client', ...own, text, value });
    pairCalls(state, line, seen, exchange);
    const message = classify(value);
    connection.send({
      text,
      messages: message.kind === 'batch' ? message.items : [message],
      exchange,
    });
  }
  for (const call of line.cancels) settle(state, call);
  waiting.happened(line);
}

/** As the machine takes it: nothing of what is nested too deep to be walked. */
function parsedValue(text: string): unknown {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : undefined;
}

function pairCalls(state: State, line: ClientLine, seen: readonly Seen[], exchange: number): void {
  const opened = seen.flatMap(({ kind, call }) => (kind === 'request' && call ? [call] : []));
  for (const [at, call] of line.calls.entries()) {
    const own = opened[at];
    if (!own) continue;
    state.pairs.pair(call, own);
    if (exchange > 0) state.exchanges.set(call, exchange);
    if (isAwaited(call) || call === state.awaited || state.conductor) watch(state, call);
    else state.waiting.happened(call);
  }
}

function watch(state: State, call: Call): void {
  clearTimeout(state.inFlight.get(call));
  state.inFlight.set(
    call,
    setTimeout(() => onLate(state, call), state.timeout),
  );
}

/** The request is answered, given up, or will not be answered. */
function settle(state: State, call: Call, why?: string): void {
  clearTimeout(state.inFlight.get(call));
  const wasWaited = state.inFlight.delete(call);
  if (why !== undefined && wasWaited) state.unanswered.set(call, why);
  state.waiting.happened(call);
  if (call === state.awaited) state.isDone = true;
  state.conductor?.settled(call, why);
}

function onLate(state: State, call: Call): void {
  settle(state, call, `no answer in ${state.timeout / 1000} s`);
  const isSilent = !state.heardSince;
  state.heardSince = false;
  if (call.method === 'initialize') {
    stop(state, `it did not answer initialize in ${state.timeout / 1000} s`);
  } else if (isSilent) stop(state, `it said nothing for ${state.timeout / 1000} s`);
  else advance(state);
}

function onSilence(state: State): void {
  const given = state.waiting.giveUp();
  if (!given) finish(state);
  else if (given.unasked.length > 0) leave(state, given.step, 'the server did not ask');
  advance(state);
}

/** Does not send a line; what waits for it goes on. */
function leave(state: State, { line }: Step, why: string): void {
  state.unsent.push({ line, why });
  for (const call of line.calls) state.waiting.happened(call);
  state.waiting.happened(line);
}

/** Ends before all was sent. */
function stop(state: State, why: string): void {
  if (state.isOver) return;
  const isMissing = !state.waiting.isEmpty || state.inFlight.size > 0;
  if (isMissing) state.broken = why;
  for (const call of [...state.inFlight.keys()]) settle(state, call, why);
  for (const step of state.waiting.rest()) leave(state, step, why);
  finish(state);
}

function finish(state: State): void {
  if (state.isOver) return;
  state.isOver = true;
  clearTimeout(state.quiet);
  for (const timer of state.inFlight.values()) clearTimeout(timer);
  state.done();
}

/** Whether everything that was recorded of the server has come. */
function isAllHeard({ script, questions, heardCounts }: State): boolean {
  const { calls, notifications } = script.session.session;
  const isOpen = calls.some(
    ({ from, method, response, cancelled }) =>
      from === 'client' && method !== LISTEN && !response && !cancelled,
  );
  if (isOpen || questions.left().length > 0) return false;
  const counts = new Map<string, number>();
  for (const { from, method } of notifications) {
    if (from === 'server') counts.set(method, (counts.get(method) ?? 0) + 1);
  }
  return [...counts].every(([method, count]) => (heardCounts.get(method) ?? 0) >= count);
}

function hear(state: State, crossed: Crossed): void {
  if (state.isOver) return;
  state.heardSince = true;
  const { live, script } = state;
  for (const seen of live.add(crossed)) hearMessage(state, seen);
  const conflict = state.bindings.conflict();
  if (conflict) stop(state, 'a value of the recording is two values now');
  else if (
    live.count > MOST.messages + 10 * script.session.entries.length ||
    live.kept > MOST.text
  ) {
    stop(state, 'it says more than anybody asked for');
  } else advance(state);
}

function hearMessage(state: State, { kind, method, call, ref, from }: Seen): void {
  if (from !== 'server') return;
  const { live, pairs, bindings, script, heardCounts, waiting } = state;
  const recorded = call && pairs.recorded(call);
  if (kind === 'response' && recorded && call.response?.seq === ref.seq) {
    const teaches = state.conductor?.sources.has(recorded) ?? true;
    if (recorded.response && teaches)
      bindings.learn(script.session.value(recorded.response), live.value(ref));
    settle(state, recorded);
  } else if (kind === 'request' && call) hearQuestion(state, call);
  else if (kind === 'notification' && method !== undefined) {
    const count = (heardCounts.get(method) ?? 0) + 1;
    heardCounts.set(method, count);
    waiting.heard(method, count);
    // Who says how far it is has not forgotten.
    if (recorded && state.inFlight.has(recorded)) watch(state, recorded);
  }
}

function hearQuestion(state: State, question: Call): void {
  const { live, questions, pairs, bindings, script, waiting } = state;
  const recorded = questions.take(question, live);
  if (!recorded) {
    answerStray(state, question);
    return;
  }
  pairs.pair(recorded, question);
  bindings.learn(script.session.value(recorded.request), live.value(question.request));
  waiting.happened(recorded);
}

/**
 * A ping is answered as any client would, and one that is asked once more as it was before; to all
 * else the recording has no answer.
 */
function answerStray(state: State, question: Call): void {
  const { connection, live, strayQuestions } = state;
  if (question.method !== 'ping') strayQuestions.push(question);
  const text = strayAnswer(state, question);
  const value = parsedValue(text);
  const message = classify(value);
  if (!connection || message.kind === 'batch') return;
  const exchange = connection.isExchanged ? ++state.exchange : 0;
  const own =
    exchange > 0 ? ({ channel: 'request', exchange } as const) : ({ channel: 'stdin' } as const);
  live.add({ type: 'message', at: 0, from: 'client', ...own, text, value });
  connection.send({ text, messages: [message], exchange });
}

function strayAnswer(state: State, question: Call): string {
  const { method, id } = question;
  const equal = state.questions.repeated(question, state.live);
  const line = state.steps.find(({ line }) => equal && line.answers.includes(equal))?.line;
  if (line?.items.length === 1) return worded(line, { ...state, idOf: () => id });
  const error = { code: MISS_CODE, message: `wiretape: the recording has no such ${method}` };
  const said = method === 'ping' ? { result: {} } : { error };
  return JSON.stringify({ jsonrpc: '2.0', id, ...said });
}

function endExchange(state: State, exchange: number, why: string): void {
  for (const call of [...state.inFlight.keys()]) {
    if (state.exchanges.get(call) !== exchange) continue;
    settle(state, call, why);
    if (call.method !== 'initialize') continue;
    state.refused = why;
    stop(state, why);
  }
  advance(state);
}
