/**
 * The session machine: entries in, the session they make out.
 *
 * Rule 1: everything that decides what state a session or a call is in lives in this file, by the
 * tables of transitions.ts.
 * Rule 2: it does not know who runs it (tap, collector, browser, replayer), reads no clock, and
 * never throws on what a peer sent.
 * Rule 3: a response finds its request by (exchange or pipe, asking side, typed id, ordinal),
 * never by id alone; `0` and `""` are ids.
 */
import { type Bursts, createBursts } from './bursts.ts';
import { createCallIndex } from './call-index.ts';
import {
  type Entry,
  type FrameEntry,
  type HttpEntry,
  lastSeq,
  type MessageEntry,
  type NoteEntry,
  type Peer,
} from './entry.ts';
import { createExchanges, type Exchanges } from './exchanges.ts';
import { noteIdentity, noteResultIdentity } from './identity.ts';
import { member } from './json.ts';
import { messageInFrame } from './line.ts';
import { tiesOfResult } from './logical-call.ts';
import {
  classify,
  isId,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  type SingleMessage,
  subjectOf,
} from './message.ts';
import { LISTEN, META } from './methods.ts';
import { createNames } from './names.ts';
import { type Asking, type Mutable, newCall, type Place, placeOf } from './new-call.ts';
import { lossBy } from './sequence.ts';
import {
  type Anomaly,
  type Call,
  emptySession,
  type MessageRef,
  type NotificationSeen,
  type Seen,
  type Session,
} from './session.ts';
import { contextIn, contextOf, type TraceContext } from './trace-context.ts';
import { become, endSession, over, PHASE_TRANSITIONS } from './transitions.ts';

const STDERR_KEPT = 20;

export interface SessionMachine {
  readonly session: Session;
  /** Takes the next entry of the session, in order of seq; gives the messages it held. */
  apply(entry: Entry): readonly Seen[];
}

interface Machine extends Asking {
  readonly bursts: Bursts;
  readonly exchanges: Exchanges;
}

/** `most`: so many calls that are over are still known by their ids, the newest; all when left out. */
export function createSessionMachine(id: string, most?: number): SessionMachine {
  const session = emptySession(id);
  const machine: Machine = {
    session,
    index: createCallIndex(most),
    nameOf: createNames(),
    bursts: createBursts(session.bursts),
    exchanges: createExchanges(),
  };
  return {
    session,
    apply(entry) {
      countEntry(session, entry);
      return applyEntry(machine, entry);
    },
  };
}

const NOTHING: readonly Seen[] = [];

function applyEntry(machine: Machine, entry: Entry): readonly Seen[] {
  const { session } = machine;
  switch (entry.type) {
    case 'message':
      return applyMessage(machine, entry);
    case 'frame':
      return applyFrame(machine, entry);
    case 'session':
      session.head = entry;
      break;
    case 'stderr':
      session.stderr.push(entry);
      if (session.stderr.length > STDERR_KEPT) session.stderr.shift();
      break;
    case 'gap':
      session.gaps.push(entry);
      break;
    case 'exit':
      session.exit = entry;
      endSession(session);
      break;
    case 'end':
      session.ended = true;
      session.cutOff = entry.by === 'collector';
      endSession(session);
      break;
    case 'note':
      applyNote(session, entry);
      break;
    case 'http':
      return applyHttp(machine, entry);
    default:
  }
  return NOTHING;
}

function countEntry(session: Session, entry: Entry): void {
  session.entryCount++;
  session.lostCount += lossBy(entry, session);
  session.lastSeq = Math.max(session.lastSeq, lastSeq(entry));
  // What became of its spans is told later, and nothing has happened then.
  if (entry.type === 'note' && entry.spans) return;
  // That a client is gone is noticed when somebody looks, and by then nothing has happened for long.
  const isOver =
    entry.type === 'end' && (session.phase === 'ended' || !session.calls.some(isWaiting));
  if (!isOver) session.lastAt = Math.max(session.lastAt, entry.at);
}

function isWaiting({ state, exchangeEnd }: Call): boolean {
  return state === 'open' && !exchangeEnd;
}

/** Some frames hold a message, or held one that was not kept. What a response holds is HTTP's. */
function applyFrame(machine: Machine, entry: FrameEntry): readonly Seen[] {
  const { session, exchanges } = machine;
  const { seq, at, from, why, channel } = entry;
  const message = messageInFrame(entry);
  if (message) return applyMessage(machine, message);
  exchanges.see(entry);
  session.lastFrom[from] = at;
  const isFault = why === 'not-json' || why === 'invalid-utf8';
  if (isFault && channel !== 'response') {
    session.anomalies.push({ kind: 'malformed', seq, from, faults: [why] });
  } else if (why === 'over-cap' || why === 'metadata-only') {
    session.unread.push({ seq, at, from });
  }
  return NOTHING;
}

/** The end of an exchange decides what becomes of the calls in it. */
function applyHttp({ session, index, bursts, exchanges }: Machine, entry: HttpEntry): Seen[] {
  const { seq, at, ended } = entry;
  const ref: MessageRef = { seq, at, sent: at, size: 0 };
  const from = ended === 'client-closed' ? 'client' : 'server';
  return exchanges.apply(entry, session).map(([call, event]) => {
    if (event !== undefined) {
      over(session, call, event);
      index.close(call);
    }
    bursts.ended(call.request.at, at, call.trace ?? null);
    return { kind: 'http', ref, from, method: call.method, call };
  });
}

function applyNote(session: Session, { seq, at, pipe, launch, spans }: NoteEntry): void {
  if (launch) session.launchFiles = launch;
  if (spans) session.confirmedSpans = spans;
  if (pipe?.isFull) session.fullPipes[pipe.from] = { seq: pipe.seq, note: { seq, at } };
  else if (pipe) delete session.fullPipes[pipe.from];
}

function applyMessage(machine: Machine, entry: MessageEntry): readonly Seen[] {
  machine.session.messageCount++;
  machine.session.lastFrom[entry.from] = entry.at;
  machine.exchanges.see(entry);
  // Nested too deep to be walked: an answer may be in there.
  if (entry.value === undefined) {
    machine.session.unread.push({ seq: entry.seq, at: entry.at, from: entry.from });
  }
  const message = classify(entry.value);
  if (message.kind !== 'batch') return [applyItem(machine, message, placeOf(entry))];
  return message.items.map((item, at) => applyItem(machine, item, placeOf(entry, at)));
}

function applyItem(machine: Machine, message: SingleMessage, place: Place): Seen {
  const { ref, entry } = place;
  const { kind, faults } = message;
  if (faults.length > 0) note(machine, place, { kind: 'malformed', faults });
  const { method, subject, call } = meaningOf(machine, message, place);
  const seen: Mutable<Seen> = { kind, ref, from: entry.from };
  if (method !== undefined) seen.method = method;
  if (subject !== undefined) seen.subject = subject;
  if (call !== undefined) seen.call = call;
  return seen;
}

interface Meaning {
  readonly method?: string | undefined;
  readonly subject?: string | undefined;
  readonly call?: Call | undefined;
}

function meaningOf(machine: Machine, message: SingleMessage, place: Place): Meaning {
  switch (message.kind) {
    case 'request':
      return aboutCall(applyRequest(machine, message, place));
    case 'response':
      return aboutCall(applyResponse(machine, message, place));
    case 'notification':
      return applyNotification(machine, message, place);
    case 'invalid':
      machine.bursts.add(place.ref.at, null);
      return {};
  }
}

function aboutCall(call: Call | undefined): Meaning {
  return call ? { call, method: call.method, subject: call.subject } : {};
}

function applyRequest(machine: Machine, message: RequestMessage, place: Place): Call {
  const { session, index, bursts, exchanges } = machine;
  const { entry, ref } = place;
  const call = newCall(machine, message, place, contextAround(machine, entry));
  bursts.add(ref.at, call.trace ?? null);
  if (entry.from === 'client') {
    noteIdentity(session, message);
    const event = call.method === 'initialize' ? 'initialize' : 'other';
    session.phase = PHASE_TRANSITIONS[session.phase][event];
  }
  if (call.ordinal > 0) note(machine, place, { kind: 'id-reused-in-flight', call });
  session.calls.push(call);
  session.openCount++;
  index.add(call, message.params);
  exchanges.add(call, session.era);
  if (session.phase === 'ended') become(session, call, 'end');
  return call;
}

function applyResponse(machine: Machine, message: ResponseMessage, place: Place): Call | undefined {
  const call = answeredCall(machine, message, place);
  machine.bursts.add(place.ref.at, call?.trace ?? null);
  if (!call) note(machine, place, { kind: 'unknown-response' });
  else if (call.response) note(machine, place, { kind: 'second-response', call });
  else answer(machine, call, { message, ref: place.ref });
  return call;
}

function answeredCall(machine: Machine, { id }: ResponseMessage, place: Place): Call | undefined {
  const asker = other(place.entry.from);
  if (id === null) return machine.index.refused(asker, place.entry);
  const exact = machine.index.find(asker, place.entry, id);
  if (exact) return exact;
  const call = machine.index.findOtherType(asker, place.entry, id);
  if (call) note(machine, place, { kind: 'id-type-changed', call });
  return call;
}

function answer(
  { session, index, bursts }: Machine,
  call: Call,
  { message, ref }: { message: ResponseMessage; ref: MessageRef },
): void {
  index.settle(call);
  become(session, call, 'response');
  call.response = ref;
  call.outcome = message.outcome;
  if (message.outcome !== 'result') session.errorCount++;
  const code = member(message.error, 'code');
  if (typeof code === 'number') call.code = code;
  call.ties = tiesOfResult(call.ties, message.result);
  if (call.method !== LISTEN) bursts.waited(call.request.at, ref.at);
  if (call.from === 'client') noteResult(session, call, message);
}

function noteResult(
  session: Session,
  { method }: Call,
  { outcome, result }: ResponseMessage,
): void {
  noteResultIdentity(session, method, result);
  if (method === 'initialize' && outcome === 'result') {
    session.phase = PHASE_TRANSITIONS[session.phase].initialized;
  }
}

function applyNotification(
  machine: Machine,
  message: NotificationMessage,
  place: Place,
): NotificationSeen {
  const { method, params } = message;
  const call = callOfNotification(machine, message, place);
  const trace =
    contextOf(params)?.traceId ?? call?.trace ?? contextAround(machine, place.entry)?.traceId;
  machine.bursts.add(place.ref.at, trace ?? null);
  const subject = subjectOf(method, params);
  const seen: Mutable<NotificationSeen> = { ref: place.ref, from: place.entry.from, method };
  if (subject !== undefined) seen.subject = subject;
  if (call !== undefined) seen.call = call;
  machine.session.notifications.push(seen);
  return seen;
}

/** The context of what a message came in: its exchange, else the process of its server. */
function contextAround(
  { session, exchanges }: Machine,
  { exchange }: MessageEntry,
): TraceContext | undefined {
  return exchanges.contextOf(exchange) ?? contextIn(session.head?.traceparent);
}

/** The call that a notification speaks of, with what it does to it. */
function callOfNotification(
  machine: Machine,
  { method, params }: NotificationMessage,
  place: Place,
): Call | undefined {
  const { index } = machine;
  const { entry } = place;
  switch (method) {
    case 'notifications/cancelled':
      return cancelCall(machine, params, place);
    case 'notifications/progress':
      return progressOf(machine, params, place);
  }
  const listener = member(params, '_meta', META.subscriptionId);
  if (isId(listener)) return index.find(other(entry.from), entry, listener);
  return entry.exchange === undefined ? undefined : index.causeOf(other(entry.from), entry);
}

function cancelCall(machine: Machine, params: unknown, place: Place): Call | undefined {
  const { session, index } = machine;
  const { entry, ref } = place;
  const id = member(params, 'requestId');
  const call = isId(id) ? index.find(entry.from, entry, id) : undefined;
  if (call) {
    become(session, call, 'cancel');
    call.cancelled ??= ref;
    index.close(call);
  } else note(machine, place, { kind: 'unknown-cancel' });
  return call;
}

function progressOf(machine: Machine, params: unknown, place: Place): Call | undefined {
  const asker = other(place.entry.from);
  const call = machine.index.byProgressToken(asker, member(params, 'progressToken'));
  if (!call) note(machine, place, { kind: 'unknown-progress' });
  else if (call.progress) call.progress.push(place.ref);
  else call.progress = [place.ref];
  return call;
}

type About = Pick<Anomaly, 'kind' | 'call' | 'faults'>;

function note(machine: Machine, { entry, ref }: Place, about: About): void {
  const { kind, ...details } = about;
  const item = ref.item === undefined ? undefined : { item: ref.item };
  machine.session.anomalies.push({ kind, seq: ref.seq, ...item, from: entry.from, ...details });
}

export function other(peer: Peer): Peer {
  return peer === 'client' ? 'server' : 'client';
}
