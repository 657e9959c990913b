/**
 * Passes on what the recording does not have to a live server, which is started at the first such
 * message and gets the handshake that the live client made. It knows nothing of what was replayed.
 *
 * Ids cannot clash: those of the client are its own on both ways; a question of the live server
 * gets an id here that no recorded question has, and the client's answer finds its way back by it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isObject, member } from '../model/json.ts';
import { classify, type Id, idKey, isId, itemsOf, type SingleMessage } from '../model/message.ts';
import type { Connect, Connection, Crossed } from './client/connection.ts';
import { replaceAt } from './json-text.ts';

/** What was passed on, and what became of it. */
export interface LiveReport {
  readonly passedCount: number;
  /** Requests that were passed on and got an answer. */
  readonly answeredCount: number;
  /** Why there is no live server any more; a part of a sentence. */
  readonly ended?: string;
}

/** A message of the client on its way. */
export interface Missed {
  readonly message: SingleMessage;
  /** One JSON text. */
  readonly text: string;
  /** How the client opened its session so far, without this message. */
  readonly opening: () => Opening;
}

/** The legacy handshake as the client said it; a client of 2026-07-28 makes none. */
export interface Opening {
  readonly initialize?: unknown;
  readonly initialized?: unknown;
}

export interface PassOn {
  /** Takes a message that was not recorded; false: nobody is there to take it. */
  pass(missed: Missed): boolean;
  /** Takes the answer to a question of the live server; false: it asked no such question. */
  answer(id: Id, text: string): boolean;
  report(): LiveReport;
  /** Ends the live server as a client does. */
  close(): Promise<void>;
}

export interface PassOnOptions {
  readonly connect: Connect;
  /** Says one JSON text to the client. */
  readonly say: (text: string) => void;
  /** The error that a request gets whose answer cannot come any more. */
  readonly refusal: (id: Id, detail: string) => string;
  /** Ids of the questions of the recorded server. */
  readonly taken: ReadonlySet<string>;
}

/** How long a server has to open before it is ended with messages still waiting, in ms. */
const GRACE = 2000;

interface State extends PassOnOptions {
  /** By id: requests that were passed on and have no answer yet. */
  readonly open: Map<string, Id>;
  /** By our id: the ids of the questions of the live server. */
  readonly asked: Map<string, Id>;
  readonly waiting: string[];
  connection: Connection | undefined;
  /** The id of our `initialize` while it has no answer. */
  handshake: Id | undefined;
  opening: () => Opening;
  /** The live server was told, or knows without, that the client is initialized. */
  isInitialized: boolean;
  isOpen: boolean;
  isClosing: boolean;
  started: Promise<void> | undefined;
  opened: () => void;
  ended: string | undefined;
  passedCount: number;
  answeredCount: number;
  askedCount: number;
}

export function createPassOn(options: PassOnOptions): PassOn {
  const state: State = {
    ...options,
    open: new Map(),
    asked: new Map(),
    waiting: [],
    connection: undefined,
    handshake: undefined,
    opening: () => ({}),
    isInitialized: false,
    isOpen: false,
    isClosing: false,
    started: undefined,
    opened: () => {},
    ended: undefined,
    passedCount: 0,
    answeredCount: 0,
    askedCount: 0,
  };
  return {
    pass({ message, text, opening }) {
      if (state.ended !== undefined || !isForLive(state, message)) return false;
      if (message.kind === 'request') state.open.set(idKey(message.id), message.id);
      state.passedCount++;
      state.opening = opening;
      state.isInitialized ||= 'method' in message && message.method === INITIALIZED;
      state.started ??= start(state);
      send(state, text);
      return true;
    },
    answer(id, text) {
      const asked = state.asked.get(idKey(id));
      if (asked === undefined) return false;
      state.asked.delete(idKey(id));
      send(state, replaceAt(text, ['id'], JSON.stringify(asked)));
      return true;
    },
    report: () => ({
      passedCount: state.passedCount,
      answeredCount: state.answeredCount,
      ...(state.ended === undefined ? {} : { ended: state.ended }),
    }),
    async close() {
      if (!state.started) return;
      state.isClosing = true;
      await Promise.race([state.started, delay(GRACE, undefined, { ref: false })]);
      await state.connection?.close();
    },
  };
}

/** Requests and notifications; a cancellation only of a request that was passed on. */
function isForLive({ open }: State, message: SingleMessage): boolean {
  if (message.kind === 'request') return true;
  if (message.kind !== 'notification') return false;
  if (message.method !== 'notifications/cancelled') return true;
  const id = member(message.params, 'requestId');
  return isId(id) && open.has(idKey(id));
}

/** Resolves when messages can be sent, or never will be. */
async function start(state: State): Promise<void> {
  const { initialize } = state.opening();
  const id = member(initialize, 'id');
  const opened = new Promise<void>((resolve) => {
    state.opened = resolve;
  });
  try {
    state.connection = await state.connect({
      heard: (crossed) => hear(state, crossed),
      over: () => {},
      ended: (why) => end(state, why),
    });
  } catch (error) {
    end(state, error instanceof Error ? error.message : String(error));
    return;
  }
  if (isId(id)) {
    state.handshake = id;
    write(state, JSON.stringify(initialize));
  } else flush(state);
  await opened;
}

function flush(state: State): void {
  state.isOpen = true;
  for (const text of state.waiting.splice(0)) send(state, text);
  state.opened();
}

function send(state: State, text: string): void {
  if (!state.isOpen) {
    state.waiting.push(text);
    return;
  }
  // The client may say so to the recording only, and later than it asks for something else.
  const { initialized } = state.isInitialized ? {} : state.opening();
  if (initialized !== undefined) {
    state.isInitialized = true;
    write(state, JSON.stringify(initialized));
  }
  write(state, text);
}

function write({ connection }: State, text: string): void {
  connection?.send({ text, messages: [], exchange: 0 });
}

function end(state: State, why: string): void {
  if (!state.isClosing) state.ended ??= why;
  for (const id of state.open.values()) {
    state.say(state.refusal(id, `the live server cannot answer: ${why}`));
  }
  state.open.clear();
  state.opened();
}

/** What the live server says; lines that are no message are not passed on. */
function hear(state: State, crossed: Crossed): void {
  if (crossed.type !== 'message') return;
  for (const [message, item] of itemsOf(classify(crossed.value))) {
    const isWhole = item === undefined || !Array.isArray(crossed.value);
    const text = isWhole ? crossed.text : JSON.stringify(crossed.value[item]);
    hearOne(state, message, text);
  }
}

function hearOne(state: State, message: SingleMessage, text: string): void {
  if (message.kind === 'notification') state.say(text);
  if (message.kind === 'request')
    state.say(replaceAt(text, ['id'], JSON.stringify(ask(state, message.id))));
  if (message.kind !== 'response' || message.id === null) return;
  const { handshake, open } = state;
  if (handshake !== undefined && idKey(handshake) === idKey(message.id)) {
    state.handshake = undefined;
    flush(state);
  } else if (open.delete(idKey(message.id))) {
    state.answeredCount++;
    state.say(text);
  }
}

/** An id for a question of the live server. */
function ask(state: State, id: Id): string {
  const { asked, taken } = state;
  let own: string;
  do own = `live-${++state.askedCount}`;
  while (taken.has(idKey(own)));
  asked.set(idKey(own), id);
  return own;
}

const INITIALIZED = 'notifications/initialized';

/** How the client opened its session, among what it said. */
export function openingAmong(said: readonly unknown[]): Opening {
  const find = (method: string) =>
    said.find((value) => isObject(value) && value['method'] === method);
  return { initialize: find('initialize'), initialized: find(INITIALIZED) };
}
