/**
 * The response to one live exchange: framed as the recorded one was, or, where there is none, as
 * suits what is in it: JSON when only answers belong to it, else an event stream.
 */
import { bytesOf } from '../../model/text.ts';
import type { OutgoingMessage } from '../speak.ts';
import { answeredHeaders, JSON_HEADERS, SESSION_ID, STREAM_HEADERS } from './headers.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { endedByServer, hasBody, type RecordedExchange } from './recorded-exchanges.ts';

export interface Answer {
  /** The live exchange, counted in the session. */
  readonly number: number;
  readonly plays: RecordedExchange | undefined;
  /** There is something to be answered, or it is a stream. */
  readonly isAsked: boolean;
  /** Rejects when the server breaks off before it, or the client gives up. */
  readonly response: Promise<Response>;
  /** Nothing more can be put into it. */
  readonly isOver: boolean;
  take(message: OutgoingMessage): void;
  /** Begins and ends the response where that is due; `passed`: the client has done all it did before. */
  settle(passed: (seq: number) => boolean): void;
  /** Ends it in order, as a server that forgets its session does. */
  end(): void;
  /** Breaks it off, as a server that dies does. */
  cut(): void;
}

export interface AnswerOptions {
  readonly number: number;
  readonly plays?: RecordedExchange | undefined;
  /** How many requests are in the exchange; `isBatch`: as a list. */
  readonly asked: number;
  readonly isBatch: boolean;
  /** A stream that nothing of the recording says anything about: it stays open. */
  readonly isOpen?: boolean;
  /** The id of the session, for the responses that tell it. */
  readonly sessionId?: string | undefined;
  /** Held until the end: a Request that nobody holds may be collected, and then tells no abort. */
  readonly request: Request;
  /** The client has given up. */
  readonly onGone: () => void;
}

interface State {
  readonly options: AnswerOptions;
  readonly begin: (response: Response) => void;
  readonly fail: (reason: unknown) => void;
  /** What has come and was not written. */
  waiting: OutgoingMessage[];
  /** How many steps the recorded exchange has, how many have come, and up to which part all is written. */
  readonly steps: number;
  taken: number;
  written: number;
  answers: number;
  refusals: number;
  outbox: Outbox | undefined;
  isOver: boolean;
}

export function createAnswer(options: AnswerOptions): Answer {
  const { number, plays, request } = options;
  const { signal } = request;
  let [begin, fail]: [State['begin'], State['fail']] = [() => {}, () => {}];
  const response = new Promise<Response>((resolve, reject) => {
    [begin, fail] = [resolve, reject];
  });
  // Whoever asked may have gone without waiting for it.
  response.catch(() => {});
  const state: State = {
    options,
    begin,
    fail,
    waiting: [],
    steps: plays?.parts.filter((part) => 'step' in part).length ?? 0,
    taken: 0,
    written: 0,
    answers: 0,
    refusals: 0,
    outbox: undefined,
    isOver: false,
  };
  const gone = (): void => {
    if (state.isOver) return;
    cut(state, signal.reason);
    options.onGone();
  };
  signal.addEventListener('abort', gone, { once: true });
  return {
    number,
    plays,
    isAsked: options.asked > 0 || options.isOpen === true,
    response,
    get isOver() {
      return state.isOver;
    },
    take: (message) => take(state, message),
    settle(passed) {
      if (!state.isOver) settle(state, passed, gone);
      if (state.isOver) signal.removeEventListener('abort', gone);
    },
    end: () => finish(state, (outbox) => outbox.end()),
    cut: () => cut(state, new TypeError('terminated')),
  };
}

function take(state: State, message: OutgoingMessage): void {
  state.waiting.push(message);
  const answered = message.step?.parts.filter(({ answers }) => answers).length ?? 1;
  state.answers += answered;
  if (!message.step) state.refusals++;
  else if (message.step.exchange === state.options.plays?.number) state.taken++;
}

function settle(state: State, passed: (seq: number) => boolean, onGone: () => void): void {
  const { plays, isOpen } = state.options;
  if (isOpen || plays?.isStream) {
    writeStream(state, onGone);
    if (isDone(state)) finish(state, (outbox) => outbox.end());
    else if (plays && endsHere(state, plays, passed)) {
      if (plays.ended?.how === 'complete') finish(state, (outbox) => outbox.end());
      else cut(state, new TypeError('terminated'));
    }
  } else if (plays && state.refusals === 0) settleBody(state, plays, passed);
  else settleNatural(state, onGone);
}

/** All that was asked is answered, and all that came with it in the recording has come. */
function isDone({ options: { asked }, answers, steps, taken }: State): boolean {
  return asked > 0 && answers >= asked && taken >= steps;
}

/** The recorded server ended the stream by itself, and that is due. */
function endsHere(
  { steps, taken }: State,
  plays: RecordedExchange,
  passed: (seq: number) => boolean,
): boolean {
  if (!plays.ended || !endedByServer(plays) || taken < steps) return false;
  return passed(plays.ended.seq);
}

/** As one body, once all of it is there. */
function settleBody(state: State, plays: RecordedExchange, passed: (seq: number) => boolean): void {
  const { sessionId } = state.options;
  if (plays.status === undefined) {
    settleUnanswered(state, plays, passed);
    return;
  }
  if (state.taken < state.steps) return;
  const { status } = plays;
  const headers = answeredHeaders(plays.headers, sessionId);
  const body = hasBody(status) ? bodyOf(state, plays) : null;
  respond(state, new Response(body, { status, headers }));
}

/** A response of which nothing is recorded never comes; but what has come all the same is told. */
function settleUnanswered(
  state: State,
  { method, ended }: RecordedExchange,
  passed: (seq: number) => boolean,
): void {
  const { asked } = state.options;
  if (ended?.how === 'unreachable') {
    // The tap said so in the place of the server.
    if (passed(ended.seq)) respond(state, new Response(null, { status: 502 }));
  } else if (method === 'POST' && state.answers >= asked) settleNatural(state, () => {});
}

function bodyOf({ waiting }: State, { parts }: RecordedExchange): Uint8Array<ArrayBuffer> | null {
  const bytes = parts.map((part) => {
    if ('bytes' in part) return part.bytes;
    const live = waiting.find(({ step }) => step === part.step);
    const { head, tail } = part.step.around ?? { head: '', tail: '' };
    return live ? bytesOf(head + live.text + tail) : new Uint8Array();
  });
  return bytes.length === 0 ? null : new Uint8Array(Buffer.concat(bytes));
}

function settleNatural(state: State, onGone: () => void): void {
  const { asked, isBatch, sessionId } = state.options;
  const { waiting, answers, refusals, outbox } = state;
  if (asked === 0) {
    respond(state, new Response(null, { status: 202 }));
    return;
  }
  const onlyAnswers = waiting.every(
    ({ step }) => step?.parts.every((part) => part.answers) ?? true,
  );
  const isComplete = answers >= asked;
  if (outbox || !onlyAnswers) {
    writeStream(state, onGone);
    if (isComplete) finish(state, (one) => one.end());
  } else if (isComplete) {
    const texts = waiting.map(({ text }) => text);
    const isList = isBatch && !(texts.length === 1 && texts[0]?.trimStart().startsWith('['));
    const text = isList ? `[${texts.join(',')}]` : texts.join('');
    // Who is refused may be another client than the one whose session it is.
    const isNamed = sessionId !== undefined && answers > refusals;
    const headers = { ...JSON_HEADERS, ...(isNamed ? { [SESSION_ID]: sessionId } : {}) };
    respond(state, new Response(text, { headers }));
  }
}

function respond(state: State, response: Response): void {
  state.isOver = true;
  state.begin(response);
}

/** Writes what has come, with the blocks around it that are no messages. */
function writeStream(state: State, onGone: () => void): void {
  const { plays, sessionId } = state.options;
  if (!state.outbox) {
    const outbox = createOutbox(onGone);
    state.outbox = outbox;
    const told = plays?.status === undefined ? undefined : plays;
    const headers = told
      ? answeredHeaders(told.headers, sessionId)
      : { ...STREAM_HEADERS, ...(sessionId ? { [SESSION_ID]: sessionId } : {}) };
    state.begin(new Response(outbox.body, { status: told?.status ?? 200, headers }));
    writeFrames(state, outbox);
  }
  for (const message of state.waiting.splice(0)) {
    writeUpTo(state, state.outbox, message);
    state.outbox.put(blockOf(message, plays), message.notifies);
    writeFrames(state, state.outbox);
  }
}

/** Writes the blocks that are no messages and stand next. */
function writeFrames(state: State, outbox: Outbox): void {
  const parts = state.options.plays?.parts ?? [];
  for (let part = parts[state.written]; part && 'bytes' in part; part = parts[state.written]) {
    outbox.put(part.bytes, false);
    state.written++;
  }
}

/** Goes on to the place behind a message; what comes before it and is no message is written. */
function writeUpTo(state: State, outbox: Outbox, { step }: OutgoingMessage): void {
  const { plays } = state.options;
  if (!plays || step?.exchange !== plays.number) return;
  const { parts } = plays;
  let at = state.written;
  for (let part = parts[at]; part && !('step' in part && part.step === step); part = parts[++at]);
  if (at === parts.length) return;
  while (state.written <= at) {
    const part = parts[state.written++];
    if (part && 'bytes' in part) outbox.put(part.bytes, false);
  }
}

const BLOCK = { head: 'event: message\ndata: ', tail: '\n\n' };

/** A message as a block of a stream: as it stood in the recorded one, else as servers write them. */
function blockOf({ text, step }: OutgoingMessage, plays: RecordedExchange | undefined): Uint8Array {
  const isOwn = plays !== undefined && step?.exchange === plays.number;
  const { head, tail } = (isOwn ? step.around : undefined) ?? BLOCK;
  // In JSON line ends are white space; in a block they would end the line.
  return bytesOf(head + text.replace(/[\r\n]/g, ' ') + tail);
}

function finish(
  state: State,
  how: (outbox: Outbox) => void,
  reason: unknown = new TypeError('terminated'),
): void {
  if (state.isOver) return;
  state.isOver = true;
  if (state.outbox) how(state.outbox);
  else state.fail(reason);
}

function cut(state: State, reason: unknown): void {
  finish(state, (outbox) => outbox.cut(reason), reason);
}
