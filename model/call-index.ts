/**
 * Finds the call that a response, a cancellation or a progress notification speaks of.
 *
 * Never by id alone: a call is known by who asked, on which pipe or exchange, the id with its type,
 * and its place among calls of the same id. It changes no call and judges nothing.
 */
import { type CallQueues, createCallQueues } from './call-queue.ts';
import type { MessageEntry, Peer } from './entry.ts';
import { member } from './json.ts';
import { type Id, idKey, isId } from './message.ts';
import { LISTEN, META } from './methods.ts';
import { createRecent } from './recent.ts';
import type { Call } from './session.ts';

/** Where a message crossed: nowhere in particular on a pipe. */
type Where = Pick<MessageEntry, 'exchange' | 'resumes'>;

export interface CallIndex {
  add(call: Call, params: unknown): void;
  /** Says that a call got its answer, just before the call itself says so. */
  settle(call: Call): void;
  /** Says that nothing more is to come from a call. */
  close(call: Call): void;
  /** How many calls of this side with this id wait for an answer on this channel. */
  inFlight(from: Peer, where: Where, id: Id): number;
  /** The call that an id means: of those that wait the oldest, else the last one answered. */
  find(from: Peer, where: Where, id: Id): Call | undefined;
  /** The same for an id of which a peer changed the type: `1` for `"1"`. */
  findOtherType(from: Peer, where: Where, id: Id): Call | undefined;
  byProgressToken(from: Peer, token: unknown): Call | undefined;
  /** The only call that waits on an exchange: what could not be read is refused without its id. */
  refused(from: Peer, where: Where): Call | undefined;
  /**
   * The call of `from` that a message of the other side belongs to: the only one that waits on its
   * exchange, or the only one at all where the message came on a pipe.
   */
  causeOf(from: Peer, where: Where): Call | undefined;
}

/** The calls that one side asked. */
interface Side {
  readonly onPipe: CallQueues<Id>;
  readonly onExchange: CallQueues<string>;
  /** By id, over all exchanges. */
  readonly anywhere: CallQueues<Id>;
  readonly byExchange: CallQueues<number>;
  readonly byToken: Map<Id, Call>;
  /** What a message on the pipe may belong to. A listener stays open for hours and causes nothing. */
  readonly working: Set<Call>;
}

/** `most`: so many calls that are over are found, the newest; all that are not, and all when left out. */
export function createCallIndex(most = Number.POSITIVE_INFINITY): CallIndex {
  const sides: Readonly<Record<Peer, Side>> = { client: createSide(), server: createSide() };
  const isBounded = Number.isFinite(most);
  const tokens = new Map<Call, Id>();
  const past = createRecent<Call, true>(most, (call) => {
    forgetCall(sides[call.from], call, tokens.get(call));
    tokens.delete(call);
  });
  const isOver = (call: Call): void => {
    if (isBounded) past.set(call, true);
  };

  const find = (from: Peer, { exchange, resumes }: Where, id: Id): Call | undefined => {
    const side = sides[from];
    if (exchange === undefined) return side.onPipe.next(id);
    const call = side.onExchange.next(exchangeKey(exchange, id));
    if (call) return call;
    if (resumes) return side.onExchange.next(exchangeKey(resumes.exchange, id));
    // A client answers on an exchange of its own, so an id may be sought on the others. Not where
    // this exchange has a request: then it is a wrong id. Nor where two could be meant.
    const isOwn = side.byExchange.next(exchange) !== undefined;
    return isOwn || side.anywhere.waiting(id) > 1 ? undefined : side.anywhere.next(id);
  };

  return {
    find,
    findOtherType(from, where, id) {
      const other = otherType(id);
      return other === undefined ? undefined : find(from, where, other);
    },
    add(call, params) {
      const token = member(params, '_meta', META.progressToken);
      addCall(sides[call.from], call, token);
      if (isBounded && isId(token)) tokens.set(call, token);
    },
    settle(call) {
      settleCall(sides[call.from], call);
      isOver(call);
    },
    close(call) {
      sides[call.from].working.delete(call);
      isOver(call);
    },
    inFlight(from, { exchange }, id) {
      if (exchange === undefined) return sides[from].onPipe.waiting(id);
      return sides[from].onExchange.waiting(exchangeKey(exchange, id));
    },
    byProgressToken: (from, token) => (isId(token) ? sides[from].byToken.get(token) : undefined),
    refused(from, { exchange }) {
      if (exchange === undefined) return undefined;
      const { byExchange } = sides[from];
      return byExchange.waiting(exchange) === 1 ? byExchange.next(exchange) : undefined;
    },
    causeOf(from, { exchange }) {
      const { byExchange, working } = sides[from];
      if (exchange === undefined) return working.size === 1 ? first(working) : undefined;
      return byExchange.waiting(exchange) > 1 ? undefined : byExchange.next(exchange);
    },
  };
}

function createSide(): Side {
  return {
    onPipe: createCallQueues(),
    onExchange: createCallQueues(),
    anywhere: createCallQueues(),
    byExchange: createCallQueues(),
    byToken: new Map(),
    working: new Set(),
  };
}

function addCall(side: Side, call: Call, token: unknown): void {
  const { id, exchange, method } = call;
  if (exchange === undefined) side.onPipe.add(id, call);
  else {
    side.onExchange.add(exchangeKey(exchange, id), call);
    side.anywhere.add(id, call);
    side.byExchange.add(exchange, call);
  }
  if (isId(token)) side.byToken.set(token, call);
  if (method !== LISTEN) side.working.add(call);
}

function settleCall(side: Side, call: Call): void {
  const { id, exchange } = call;
  side.working.delete(call);
  if (exchange === undefined) side.onPipe.settle(id);
  else {
    side.onExchange.settle(exchangeKey(exchange, id));
    side.anywhere.settle(id);
    side.byExchange.settle(exchange);
  }
}

function forgetCall(side: Side, call: Call, token: Id | undefined): void {
  const { id, exchange } = call;
  if (exchange === undefined) side.onPipe.forget(id, call);
  else {
    side.onExchange.forget(exchangeKey(exchange, id), call);
    side.anywhere.forget(id, call);
    side.byExchange.forget(exchange, call);
  }
  if (token !== undefined && side.byToken.get(token) === call) side.byToken.delete(token);
}

function exchangeKey(exchange: number, id: Id): string {
  return `${exchange} ${idKey(id)}`;
}

/** `1` for `"1"` and `"1"` for `1`; undefined for a text that is not how a number is written. */
function otherType(id: Id): Id | undefined {
  if (typeof id === 'number') return String(id);
  const number = Number(id);
  return String(number) === id ? number : undefined;
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
