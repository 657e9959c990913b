/** Finds the call that a response, a cancellation or a progress notification speaks of. */
import type { MessageEntry, Peer } from './entry.ts';
import { member } from './json.ts';
import { type Id, idKey, isId } from './message.ts';
import { META } from './methods.ts';
import type { Call } from './session.ts';

type Crossing = Pick<MessageEntry, 'exchange' | 'resumes'>;

export interface CallIndex {
  add(call: Call, params: unknown): void;
  /** How many calls of this side with this id wait for an answer on this channel. */
  inFlight(from: Peer, exchange: number | undefined, id: Id): number;
  /** The call that a response answers: waiting ones first come first, then the last one answered. */
  answered(from: Peer, where: Crossing, id: Id): { call: Call; typeChanged: boolean } | undefined;
  cancellable(from: Peer, where: Crossing, params: unknown): Call | undefined;
  byProgressToken(from: Peer, params: unknown): Call | undefined;
  /** The call of the other side that a message of this side belongs to: of its exchange, or the only one open. */
  parentOf(from: Peer, exchange: number | undefined): Call | undefined;
  open(): Iterable<Call>;
}

/** The calls of one id on one channel: those that wait for an answer, and the last that got one. */
interface Slot {
  readonly waiting: Call[];
  last: Call | undefined;
}

export function createCallIndex(): CallIndex {
  const slots = new Map<string, Slot>();
  const byId = new Map<string, Call>();
  const tokens = new Map<string, Call>();
  const byExchange = new Map<number, Call>();
  const open = { client: new Set<Call>(), server: new Set<Call>() };

  const find = (from: Peer, { exchange, resumes }: Crossing, key: string): Call | undefined => {
    for (const channel of [exchange, resumes?.exchange]) {
      const slot = slots.get(slotKey(from, channel, key));
      const call = slot?.waiting[0] ?? slot?.last;
      if (call) return call;
    }
    return exchange === undefined ? undefined : byId.get(`${from} ${key}`);
  };

  const settle = (call: Call): void => {
    const slot = slots.get(slotKey(call.from, call.exchange, idKey(call.id)));
    const at = slot?.waiting.indexOf(call) ?? -1;
    if (slot && at !== -1) {
      slot.waiting.splice(at, 1);
      slot.last = call;
    }
    open[call.from].delete(call);
  };

  return {
    add(call, params) {
      const key = idKey(call.id);
      const at = slotKey(call.from, call.exchange, key);
      const slot = slots.get(at);
      if (slot) slot.waiting.push(call);
      else slots.set(at, { waiting: [call], last: undefined });
      byId.set(`${call.from} ${key}`, call);
      const token = member(params, '_meta', META.progressToken);
      if (isId(token)) tokens.set(`${call.from} ${idKey(token)}`, call);
      if (call.exchange !== undefined) byExchange.set(call.exchange, call);
      open[call.from].add(call);
    },
    inFlight: (from, exchange, id) =>
      slots.get(slotKey(from, exchange, idKey(id)))?.waiting.length ?? 0,
    answered(from, where, id) {
      const exact = find(from, where, idKey(id));
      const call = exact ?? find(from, where, idKey(otherType(id)));
      if (!call) return undefined;
      settle(call);
      return { call, typeChanged: !exact };
    },
    cancellable(from, where, params) {
      const id = member(params, 'requestId');
      return isId(id) ? find(from, where, idKey(id)) : undefined;
    },
    byProgressToken(from, params) {
      const token = member(params, 'progressToken');
      return isId(token) ? tokens.get(`${from} ${idKey(token)}`) : undefined;
    },
    parentOf(from, exchange) {
      const asked = exchange === undefined ? undefined : byExchange.get(exchange);
      if (exchange !== undefined) return asked?.from === from ? undefined : asked;
      const waiting = open[from === 'client' ? 'server' : 'client'];
      return waiting.size === 1 ? [...waiting][0] : undefined;
    },
    *open() {
      yield* open.client;
      yield* open.server;
    },
  };
}

function slotKey(from: Peer, exchange: number | undefined, key: string): string {
  return `${from} ${exchange ?? 'pipe'} ${key}`;
}

/** `1` for `"1"` and `"1"` for `1`: an id whose type a peer changed. */
function otherType(id: Id): Id {
  if (typeof id === 'number') return String(id);
  return id.trim() !== '' && Number.isFinite(Number(id)) ? Number(id) : `${id}\u0000`;
}
