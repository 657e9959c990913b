/**
 * Which message of the server goes into which response.
 *
 * Recorded over HTTP, each goes into the live exchange that plays its recorded one, and waits for it.
 * Recorded over a pipe, what belongs to a request goes into its exchange, and everything else to the
 * stream that the client has opened for it, or to the next one that can take it.
 */
import type { Heard } from '../heard.ts';
import type { OutgoingMessage } from '../speak.ts';
import { type Answer, type AnswerOptions, createAnswer } from './answer.ts';
import type { Taking } from './taking.ts';

export interface Routing {
  /** A new response. What has waited for it goes in first. */
  open(options: AnswerOptions): Answer;
  /** `current`: the response to what the client is asking now. */
  route(message: OutgoingMessage, current?: Answer): void;
  /** Puts what waits for any stream into one that can take it. */
  placeWaiting(current?: Answer): void;
  /** Begins and ends responses where that is due; `isOver`: the server has died, and cuts all. */
  settle(isOver: boolean): void;
  /** The client has given up a response. */
  drop(exchange: number): void;
  /** Whether the client has a stream open for what belongs to no request. */
  hasStream(): boolean;
  endAll(): void;
  /** What waits for a response that was never asked for, or that the client gave up. */
  undelivered(): OutgoingMessage[];
}

interface State {
  readonly taking: Taking;
  readonly heard: Heard | undefined;
  /** The responses that are not over, by live exchange. */
  readonly answers: Map<number, Answer>;
  /** Messages that wait for an exchange which plays theirs, by recorded exchange. */
  readonly held: Map<number, OutgoingMessage[]>;
  /** Messages that wait for any stream. */
  readonly waiting: OutgoingMessage[];
  /** Messages whose exchange the client had given up. */
  readonly lost: OutgoingMessage[];
}

/** `heard` keeps what is really said. */
export function createRouting(taking: Taking, heard: Heard | undefined): Routing {
  const state: State = {
    taking,
    heard,
    answers: new Map(),
    held: new Map(),
    waiting: [],
    lost: [],
  };
  const { answers, held, waiting, lost } = state;
  return {
    open: (options) => open(state, options),
    route(message, current) {
      route(state, message);
      placeWaiting(state, current);
    },
    placeWaiting: (current) => placeWaiting(state, current),
    settle(isOver) {
      for (const [number, answer] of answers) {
        answer.settle(taking.hasPassed);
        if (isOver) answer.cut();
        if (answer.isOver) answers.delete(number);
      }
    },
    drop: (exchange) => void answers.delete(exchange),
    hasStream: () => [...answers.keys()].some((number) => taking.streams.has(number)),
    endAll() {
      for (const answer of answers.values()) answer.end();
      answers.clear();
    },
    undelivered: () => [...waiting, ...lost, ...[...held.values()].flat()],
  };
}

function open(state: State, options: AnswerOptions): Answer {
  const { number, plays } = options;
  const answer = createAnswer(options);
  state.answers.set(number, answer);
  if (!plays) return answer;
  for (const message of state.held.get(plays.number) ?? []) give(state, answer, message);
  state.held.delete(plays.number);
  return answer;
}

function route(state: State, message: OutgoingMessage): void {
  const { answers, held, waiting, lost } = state;
  const { step, exchange } = message;
  const own = exchange === undefined ? undefined : answers.get(exchange);
  const recorded = step?.exchange;
  if (recorded === undefined) {
    if (own && !own.isOver) give(state, own, message);
    else (exchange === undefined ? waiting : lost).push(message);
    return;
  }
  const playing = [own, ...[...answers.values()].reverse()].find(
    (answer) => answer && !answer.isOver && answer.plays?.number === recorded,
  );
  if (playing) give(state, playing, message);
  else held.set(recorded, [...(held.get(recorded) ?? []), message]);
}

function placeWaiting(state: State, current?: Answer): void {
  const { answers, taking, waiting } = state;
  if (waiting.length === 0) return;
  const open = [...answers.values()].filter(canCarry);
  const own = open.find(({ number }) => taking.streams.has(number));
  const stream = own ?? (current && canCarry(current) ? current : open[0]);
  if (stream) for (const message of waiting.splice(0)) give(state, stream, message);
}

/** Whether the response can hold a message that does not belong to it. */
function canCarry({ plays, isOver, isAsked }: Answer): boolean {
  return !isOver && (plays ? plays.isStream : isAsked);
}

function give({ heard }: State, answer: Answer, message: OutgoingMessage): void {
  heard?.hear('server', message.text);
  answer.take(message);
}
