/** A request as the call that it opens, and a message as the place where it stands. */
import type { CallIndex } from './call-index.ts';
import type { MessageEntry } from './entry.ts';
import type { Exchanges } from './exchanges.ts';
import { tiesOfRequest } from './logical-call.ts';
import { type RequestMessage, subjectOf } from './message.ts';
import type { Call, MessageRef, Session } from './session.ts';
import { contextOf, type TraceContext } from './trace-context.ts';
import { turnOf } from './turn.ts';

/** Fields that may be absent are set one by one: spreading them costs ten times as much. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One message of an entry, and where it stands. */
export interface Place {
  readonly entry: MessageEntry;
  readonly ref: MessageRef;
}

/** `item`: the place of the message in a batch. */
export function placeOf(entry: MessageEntry, item?: number): Place {
  const { seq, at, sent, text } = entry;
  const ref: Mutable<MessageRef> = { seq, at, sent: sent ?? at, size: text.length };
  if (item !== undefined) ref.item = item;
  return { entry, ref };
}

/** Where a request comes: its session, the calls there, and one copy of each name. */
export interface Asking {
  readonly session: Session;
  readonly index: CallIndex;
  readonly exchanges: Pick<Exchanges, 'isOlder'>;
  readonly nameOf: (name: string) => string;
}

/** `around`: the context of what the request came in, for requests that name none themselves. */
export function newCall(
  { session, index, exchanges, nameOf }: Asking,
  message: RequestMessage,
  { entry, ref }: Place,
  around?: TraceContext,
): Call {
  const { from, exchange } = entry;
  const { id, method, params } = message;
  const call: Mutable<Call> = {
    session: session.id,
    from,
    id,
    method,
    request: ref,
    ordinal: index.inFlight(from, entry, id),
    ties: tiesOfRequest(params),
    state: 'open',
  };
  const subject = subjectOf(method, params);
  const context = contextOf(params) ?? around;
  const turn = turnOf(params);
  // The server asks because of what it was asked; what the client asks comes from its host.
  const where = exchanges.isOlder(exchange) ? {} : entry;
  const parent = from === 'server' ? index.causeOf('client', where) : undefined;
  if (subject !== undefined) call.subject = nameOf(subject);
  if (exchange !== undefined) call.exchange = exchange;
  if (context !== undefined) {
    call.trace = context.traceId;
    call.caller = context.spanId;
  }
  if (turn !== undefined) call.turn = turn;
  if (parent !== undefined) call.parent = parent;
  return call;
}
