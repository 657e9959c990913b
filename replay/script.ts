/**
 * A recorded session as a script: what the client is expected to say, what the server says, and
 * what each message of the server waits for. Built once; players keep their place in it.
 *
 * Nothing here looks at times: the place of a message is what it depends on, never when it came.
 */
import { bytesOfEntry } from '../model/crossing.ts';
import {
  CLOSED_BY_SERVER,
  type Entry,
  type Envelope,
  type ExitEntry,
  type FrameEntry,
  lastSeq,
  type MessageEntry,
  reference,
} from '../model/entry.ts';
import {
  classify,
  idKey,
  itemsOf,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  type SingleMessage,
} from '../model/message.ts';
import { LISTEN } from '../model/methods.ts';
import type { Call, MessageRef, Seen } from '../model/session.ts';
import type { Path } from './json-text.ts';
import { messageOf, type RecordedSession } from './recorded.ts';
import { type Slot, slotsOf } from './slots.ts';

/** A recorded message of the client. */
export interface ClientItem {
  readonly ref: MessageRef;
  readonly reference: string;
  readonly value: unknown;
  readonly message: SingleMessage;
  /** A request opens it, an answer closes this one of the server, a cancellation gives it up. */
  readonly call?: Call;
  /** The HTTP exchange it was sent in. */
  readonly exchange?: number;
}

/** A recorded request of the client. */
export interface RequestItem extends ClientItem {
  readonly message: RequestMessage;
  readonly call: Call;
}

/** One recorded line of the server. */
export interface ServerStep {
  readonly seq: number;
  /** The messages of the line; none when it is no message. */
  readonly parts: readonly ServerPart[];
  /** The text of a message; over HTTP it may have line ends in it. */
  readonly text: string;
  /** The bytes of a line that is no message, LF included. */
  readonly bytes?: Uint8Array;
  /** The server ended its output without an LF here. */
  readonly eof: boolean;
  /** The client's requests it belongs to; none: it waits for all that the client said before it. */
  readonly owners: readonly Call[];
  /** The HTTP exchange it came in. */
  readonly exchange?: number;
  /** What stood around it there. */
  readonly around?: Envelope;
}

export interface ServerPart {
  readonly kind: Seen['kind'];
  readonly ref: MessageRef;
  readonly reference: string;
  readonly slots: readonly Slot[];
  /** The request of the server that this is. */
  readonly asks?: Call;
  /** The request of the client that it answers. */
  readonly answers?: Call;
}

/** What belongs to one request of the client, in recorded order. */
export interface Turn {
  readonly item: RequestItem;
  readonly steps: ServerStep[];
  /** The client's answers to what the server asked because of this request. */
  readonly answers: ClientItem[];
  cancel?: ClientItem;
}

/** What was recorded, but cannot be played. */
export interface Unplayable {
  readonly entry: string;
  readonly why: 'gap' | 'over-cap' | 'metadata-only';
}

export interface Script {
  readonly session: RecordedSession;
  readonly client: readonly ClientItem[];
  readonly steps: readonly ServerStep[];
  readonly turns: ReadonlyMap<Call, Turn>;
  /** The steps that belong to no request. */
  readonly observed: readonly ServerStep[];
  /** The client's answers, by the request of the server. */
  readonly answers: ReadonlyMap<Call, ClientItem>;
  /** Answers to requests of the server that belong to no single request, by when they came. */
  readonly orphans: readonly { readonly asked: number; readonly answer: ClientItem }[];
  /** The end of the server, when it came from the server itself. */
  readonly exit: ExitEntry | undefined;
  readonly unplayable: readonly Unplayable[];
  /** The last place where something of the server was lost; -1: nowhere. */
  readonly lastLoss: number;
}

export function scriptOf(session: RecordedSession): Script {
  const draft: Draft = { client: [], steps: [], open: new Map(), lastLoss: -1 };
  for (const entry of session.entries) addEntry(draft, session, entry);
  const { client, steps } = draft;
  const turns = turnsOf(client, steps);
  const answers = client.filter(isAnswer);
  return {
    session,
    client,
    steps,
    turns,
    observed: steps.filter(({ owners }) => owners.length === 0),
    answers: new Map(answers.map((answer) => [answer.call, answer])),
    orphans: tieAnswers(answers, turns),
    exit: ownExit(session),
    unplayable: unplayableIn(session),
    lastLoss: draft.lastLoss,
  };
}

/** What of a session cannot be played: where its messages were lost, cut or not kept. */
export function unplayableIn({ entries }: RecordedSession): Unplayable[] {
  return entries.flatMap((entry) => {
    const why = lossOf(entry);
    return why ? [{ entry: reference(entry.session, entry.seq), why }] : [];
  });
}

interface Draft {
  readonly client: ClientItem[];
  readonly steps: ServerStep[];
  /** The client's request that an id stands for, at this place of the recording. */
  readonly open: Map<string, Call>;
  lastLoss: number;
}

function addEntry(draft: Draft, session: RecordedSession, entry: Entry): void {
  const message = messageOf(entry);
  if (message) addMessage(draft, session, message);
  const lost = lossOf(entry);
  if (lost) {
    if (!('from' in entry) || entry.from === 'server') draft.lastLoss = lastSeq(entry);
  } else if (entry.type === 'frame') {
    const step = frameStep(entry);
    if (step) draft.steps.push(step);
  }
}

function addMessage(draft: Draft, session: RecordedSession, entry: MessageEntry): void {
  if (entry.from === 'server') {
    draft.steps.push(messageStep(session, entry, draft.open));
    return;
  }
  draft.client.push(...clientItems(session, entry));
  for (const { call, kind } of session.seen(entry.seq)) {
    if (kind === 'request' && call) draft.open.set(idKey(call.id), call);
  }
}

function lossOf(entry: Entry): Unplayable['why'] | undefined {
  if (entry.type === 'gap') return 'gap';
  if (entry.type !== 'frame') return undefined;
  return entry.why === 'over-cap' || entry.why === 'metadata-only' ? entry.why : undefined;
}

/** A line of the server's stdout that is no message: it crosses as it did. */
function frameStep(entry: FrameEntry): ServerStep | undefined {
  const { seq, from, channel } = entry;
  if (from !== 'server' || channel !== 'stdout') return undefined;
  const bytes = bytesOfEntry(entry);
  return bytes && { seq, parts: [], text: '', bytes, eof: entry.eof === true, owners: [] };
}

function clientItems(session: RecordedSession, entry: MessageEntry): ClientItem[] {
  const messages = itemsOf(classify(entry.value));
  return session.seen(entry.seq).flatMap(({ ref, call }, index) => {
    const message = messages[index]?.[0];
    if (!message) return [];
    const tied = call && isTied(message, call, ref) ? { call } : {};
    const name = reference(session.session.id, ref.seq, ref.item);
    // Text that is too deep to be walked stands for itself.
    const value = entry.value === undefined ? entry.text : session.value(ref);
    return [{ ref, reference: name, value, message, ...tied, ...exchangeOf(entry) }];
  });
}

function exchangeOf({ exchange }: MessageEntry): Pick<ServerStep, 'exchange'> {
  return exchange === undefined ? {} : { exchange };
}

/** A second answer, and an answer whose request nobody made, belong to no call. */
function isTied(message: SingleMessage, call: Call, ref: MessageRef): boolean {
  if (message.kind === 'response') return sameRef(call.response, ref);
  if (message.kind === 'notification') return isCancel(message) && sameRef(call.cancelled, ref);
  return message.kind === 'request';
}

export function isCancel(message: SingleMessage): message is NotificationMessage {
  return message.kind === 'notification' && message.method === 'notifications/cancelled';
}

function sameRef(a: MessageRef | undefined, b: MessageRef): boolean {
  return a !== undefined && a.seq === b.seq && a.item === b.item;
}

function messageStep(
  session: RecordedSession,
  entry: MessageEntry,
  open: ReadonlyMap<string, Call>,
): ServerStep {
  const messages = itemsOf(classify(entry.value));
  const owners = new Set<Call>();
  const parts = session.seen(entry.seq).map((seen, index): ServerPart => {
    const { kind, ref } = seen;
    const owner = ownerOf(seen, entry);
    if (owner) owners.add(owner);
    const inside: Path = ref.item === undefined ? [] : [ref.item];
    return {
      kind,
      ref,
      reference: reference(session.session.id, ref.seq, ref.item),
      slots: slotsOf(messages[index]?.[0], seen.call, open).map((slot) => ({
        ...slot,
        path: [...inside, ...slot.path],
      })),
      ...(seen.kind === 'request' && seen.call ? { asks: seen.call } : {}),
      ...(seen.kind === 'response' && seen.call ? { answers: seen.call } : {}),
    };
  });
  const around = entry.sse ?? entry.body;
  return {
    seq: entry.seq,
    parts,
    text: entry.text,
    eof: entry.eof === true,
    owners: [...owners],
    ...exchangeOf(entry),
    ...(around ? { around } : {}),
  };
}

/**
 * The client's request that a message of the server belongs to beyond doubt. Over HTTP what came in
 * the exchange of one request belongs to it; but what a listener hears has its causes elsewhere.
 */
function ownerOf({ kind, call, method }: Seen, { exchange }: MessageEntry): Call | undefined {
  if (kind === 'response') return call;
  if (kind === 'request') return call?.parent;
  if (method === 'notifications/progress') return call;
  return exchange !== undefined && call?.method !== LISTEN ? call : undefined;
}

function turnsOf(client: readonly ClientItem[], steps: readonly ServerStep[]): Map<Call, Turn> {
  const turns = new Map<Call, Turn>();
  for (const item of client) {
    if (isRequest(item)) turns.set(item.call, { item, steps: [], answers: [] });
    else if (item.call && isCancel(item.message)) {
      const turn = turns.get(item.call);
      if (turn) turn.cancel = item;
    }
  }
  for (const step of steps) for (const owner of step.owners) turns.get(owner)?.steps.push(step);
  return turns;
}

export function isRequest(item: ClientItem): item is RequestItem {
  return item.message.kind === 'request' && item.call !== undefined;
}

/** Ties the client's answers to the turn they belong to; gives those that belong to none. */
function tieAnswers(
  answers: readonly AnswerItem[],
  turns: ReadonlyMap<Call, Turn>,
): Script['orphans'] {
  const orphans: { asked: number; answer: ClientItem }[] = [];
  for (const answer of answers) {
    const { parent, request } = answer.call;
    const turn = parent && turns.get(parent);
    if (turn) turn.answers.push(answer);
    else orphans.push({ asked: request.seq, answer });
  }
  return orphans;
}

/** A recorded answer of the client to a request of the server. */
interface AnswerItem extends ClientItem {
  readonly message: ResponseMessage;
  readonly call: Call;
}

export function isAnswer(item: ClientItem): item is AnswerItem {
  return item.message.kind === 'response' && item.call !== undefined;
}

/** Signals that hosts send to end a server. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL']);

/**
 * The exit, when the server ended by itself: it left a request unanswered, said with its code that
 * something was wrong, or crashed. Otherwise it followed the client, and so does its stand-in.
 */
function ownExit({ session, entries }: RecordedSession): ExitEntry | undefined {
  const exit = session.exit ?? closedByServer(entries);
  if (!exit) return undefined;
  // A listener stays open for as long as its client.
  const left = session.calls.some(
    ({ from, state, method }) => from === 'client' && state === 'abandoned' && method !== LISTEN,
  );
  const failed = exit.code !== null && exit.code !== 0;
  const crashed = exit.signal !== null && !FROM_OUTSIDE.has(exit.signal);
  return left || failed || crashed ? exit : undefined;
}

/** A tap inside a client sees that the server has closed, and no code. */
function closedByServer(entries: readonly Entry[]): ExitEntry | undefined {
  const end = entries.findLast(({ type }) => type === 'end');
  if (end?.type !== 'end' || end.reason !== CLOSED_BY_SERVER) return undefined;
  const { session, seq, at } = end;
  return { type: 'exit', session, seq, at, code: null, signal: null };
}
