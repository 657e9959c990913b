/**
 * The session machine: entries in, the session they make out.
 *
 * Rule 1: everything that decides what state a session or a call is in lives in this file.
 * Rule 2: it does not know who runs it (tap, collector, browser, replayer), reads no clock, and
 * never throws on what a peer sent.
 * Rule 3: a response finds its request by (exchange or pipe, asking side, typed id, ordinal),
 * never by id alone; `0` and `""` are ids.
 */
import { type CallIndex, createCallIndex } from './call-index.ts';
import type { Entry, MessageEntry, Peer } from './entry.ts';
import { lastSeq } from './entry.ts';
import { noteIdentity, noteResultIdentity, traceOf } from './identity.ts';
import { isObject } from './json.ts';
import { tiesOfRequest, tiesOfResult } from './logical-call.ts';
import type { NotificationMessage, SingleMessage } from './message.ts';
import {
  classify,
  itemsOf,
  type RequestMessage,
  type ResponseMessage,
  subjectOf,
} from './message.ts';
import {
  type Call,
  type CallState,
  emptySession,
  type MessageRef,
  type NotificationSeen,
  type Phase,
  type Session,
} from './session.ts';

type CallEvent = 'response' | 'cancel' | 'end';

/** What becomes of a call. A response to an answered or late call is an anomaly, not a new state. */
export const CALL_TRANSITIONS: Readonly<Record<CallState, Readonly<Record<CallEvent, CallState>>>> =
  {
    open: { response: 'answered', cancel: 'cancelled', end: 'abandoned' },
    answered: { response: 'answered', cancel: 'answered', end: 'answered' },
    cancelled: { response: 'late', cancel: 'cancelled', end: 'cancelled' },
    late: { response: 'late', cancel: 'late', end: 'late' },
    abandoned: { response: 'answered', cancel: 'cancelled', end: 'abandoned' },
  };

type SessionEvent = 'initialize' | 'initialized' | 'other' | 'end';

/** `initialized`: the answer to initialize. Any other request in `spawned` is a session of the modern era. */
export const PHASE_TRANSITIONS: Readonly<Record<Phase, Readonly<Record<SessionEvent, Phase>>>> = {
  spawned: { initialize: 'opening', initialized: 'ready', other: 'ready', end: 'ended' },
  opening: { initialize: 'opening', initialized: 'ready', other: 'opening', end: 'ended' },
  ready: { initialize: 'opening', initialized: 'ready', other: 'ready', end: 'ended' },
  ended: { initialize: 'ended', initialized: 'ended', other: 'ended', end: 'ended' },
};

/** Messages further apart belong to two bursts, in µs. */
const BURST_PAUSE = 1_000_000;
const STDERR_KEPT = 20;

/** What one message of an entry was seen to be. */
export interface Seen {
  readonly kind: SingleMessage['kind'];
  readonly ref: MessageRef;
  readonly from: Peer;
  readonly method?: string;
  readonly subject?: string;
  /** The call it opens, answers, cancels or tells of. */
  readonly call?: Call;
}

export interface SessionMachine {
  readonly session: Session;
  /** Takes the next entry of the session, in order of seq; gives the messages it held. */
  apply(entry: Entry): readonly Seen[];
}

export function createSessionMachine(id: string): SessionMachine {
  const session = emptySession(id);
  const index = createCallIndex();
  return {
    session,
    apply(entry) {
      session.entryCount++;
      session.lastSeq = Math.max(session.lastSeq, lastSeq(entry));
      session.lastAt = Math.max(session.lastAt, entry.at);
      return applyEntry(session, index, entry);
    },
  };
}

const NOTHING: readonly Seen[] = [];

function applyEntry(session: Session, index: CallIndex, entry: Entry): readonly Seen[] {
  switch (entry.type) {
    case 'session':
      session.head = entry;
      break;
    case 'message':
      return applyMessage(session, index, entry);
    case 'frame':
      session.lastFrom[entry.from] = entry.at;
      if (entry.why === 'not-json' || entry.why === 'invalid-utf8') {
        session.anomalies.push({
          kind: 'malformed',
          seq: entry.seq,
          from: entry.from,
          faults: [entry.why],
        });
      }
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
      end(session, index);
      break;
    case 'end':
      session.ended = true;
      end(session, index);
      break;
    default:
      break;
  }
  return NOTHING;
}

function end(session: Session, index: CallIndex): void {
  session.phase = PHASE_TRANSITIONS[session.phase].end;
  for (const call of index.open()) call.state = CALL_TRANSITIONS[call.state].end;
}

function applyMessage(session: Session, index: CallIndex, entry: MessageEntry): readonly Seen[] {
  session.messageCount++;
  session.lastFrom[entry.from] = entry.at;
  return itemsOf(classify(entry.value)).map(([message, item]) => {
    const ref: MessageRef = {
      seq: entry.seq,
      ...(item === undefined ? {} : { item }),
      at: entry.at,
      sent: entry.sent ?? entry.at,
      ...(entry.sent === undefined ? { held: true as const } : {}),
      size: entry.text.length,
    };
    if (message.faults.length > 0) {
      session.anomalies.push({
        kind: 'malformed',
        ...place(ref),
        from: entry.from,
        faults: message.faults,
      });
    }
    return {
      kind: message.kind,
      ref,
      from: entry.from,
      ...applyOne(session, index, entry, message, ref),
    };
  });
}

function applyOne(
  session: Session,
  index: CallIndex,
  entry: MessageEntry,
  message: SingleMessage,
  ref: MessageRef,
): Pick<Seen, 'method' | 'subject' | 'call'> {
  switch (message.kind) {
    case 'request':
      return aboutCall(applyRequest(session, index, entry, message, ref));
    case 'response':
      return aboutCall(applyResponse(session, index, entry, message, ref));
    case 'notification':
      return applyNotification(session, index, entry, message, ref);
    case 'invalid':
      extendBurst(session, entry.at, null);
      return {};
  }
}

function aboutCall(call: Call | undefined): Pick<Seen, 'method' | 'subject' | 'call'> {
  if (!call) return {};
  const { method, subject } = call;
  return { call, method, ...(subject === undefined ? {} : { subject }) };
}

function applyRequest(
  session: Session,
  index: CallIndex,
  entry: MessageEntry,
  message: RequestMessage,
  ref: MessageRef,
): Call {
  const { from, exchange } = entry;
  const trace = traceOf(message.params);
  extendBurst(session, entry.at, trace ?? null);
  noteIdentity(session, message);
  const event = message.method === 'initialize' ? 'initialize' : 'other';
  session.phase = PHASE_TRANSITIONS[session.phase][event];
  const parent = index.parentOf(from, exchange);
  const subject = subjectOf(message.method, message.params);
  const call: Call = {
    session: session.id,
    from,
    id: message.id,
    method: message.method,
    request: ref,
    ordinal: index.inFlight(from, exchange, message.id),
    ties: tiesOfRequest(message.params),
    state: 'open',
    ...(subject === undefined ? {} : { subject }),
    ...(exchange === undefined ? {} : { exchange }),
    ...(trace === undefined ? {} : { trace }),
    ...(parent ? { parent } : {}),
  };
  if (call.ordinal > 0) {
    session.anomalies.push({ kind: 'id-reused-in-flight', ...place(ref), from, call });
  }
  session.calls.push(call);
  index.add(call, message.params);
  return call;
}

function applyResponse(
  session: Session,
  index: CallIndex,
  entry: MessageEntry,
  message: ResponseMessage,
  ref: MessageRef,
): Call | undefined {
  const { from } = entry;
  const found = message.id === null ? undefined : index.answered(other(from), entry, message.id);
  extendBurst(session, entry.at, found?.call.trace ?? null);
  if (!found) {
    session.anomalies.push({ kind: 'unknown-response', ...place(ref), from });
    return undefined;
  }
  const { call, typeChanged } = found;
  if (typeChanged) session.anomalies.push({ kind: 'id-type-changed', ...place(ref), from, call });
  if (call.response) {
    session.anomalies.push({ kind: 'second-response', ...place(ref), from, call });
    return call;
  }
  call.state = CALL_TRANSITIONS[call.state].response;
  call.response = ref;
  call.outcome = message.outcome;
  if (message.outcome === 'error' && isObject(message.error))
    call.code = Number(message.error['code']);
  tiesOfResult(call.ties, message.result);
  noteResultIdentity(session, call.method, message.result);
  if (call.method === 'initialize') session.phase = PHASE_TRANSITIONS[session.phase].initialized;
  return call;
}

function applyNotification(
  session: Session,
  index: CallIndex,
  entry: MessageEntry,
  message: NotificationMessage,
  ref: MessageRef,
): NotificationSeen {
  const { method, params } = message;
  const { from } = entry;
  const call = tieNotification(session, index, entry, message, ref);
  extendBurst(session, entry.at, traceOf(params) ?? call?.trace ?? null);
  const subject = subjectOf(method, params);
  const seen = {
    ref,
    from,
    method,
    ...(subject === undefined ? {} : { subject }),
    ...(call ? { call } : {}),
  };
  session.notifications.push(seen);
  return seen;
}

/** Ties a cancellation or progress to its call, and gives the call. */
function tieNotification(
  session: Session,
  index: CallIndex,
  entry: MessageEntry,
  { method, params }: NotificationMessage,
  ref: MessageRef,
): Call | undefined {
  const { from } = entry;
  if (method === 'notifications/cancelled') {
    const call = index.cancellable(from, entry, params);
    if (call) {
      call.state = CALL_TRANSITIONS[call.state].cancel;
      call.cancelled = ref;
    } else session.anomalies.push({ kind: 'unknown-cancel', ...place(ref), from });
    return call;
  }
  if (method === 'notifications/progress') {
    const call = index.byProgressToken(other(from), params);
    if (call) call.progress = [...(call.progress ?? []), ref];
    else session.anomalies.push({ kind: 'unknown-progress', ...place(ref), from });
    return call;
  }
  return index.parentOf(from, entry.exchange);
}

function extendBurst(session: Session, at: number, trace: string | null): void {
  const burst = session.bursts.at(-1);
  if (burst && burst.trace === trace && at - burst.last < BURST_PAUSE) {
    burst.last = Math.max(burst.last, at);
    burst.messages++;
  } else session.bursts.push({ trace, first: at, last: at, messages: 1 });
}

function place(ref: MessageRef): { seq: number; item?: number } {
  return ref.item === undefined ? { seq: ref.seq } : { seq: ref.seq, item: ref.item };
}

export function other(peer: Peer): Peer {
  return peer === 'client' ? 'server' : 'client';
}
