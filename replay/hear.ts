/** What the client says: which recorded message it is, and what is told when it is none. */
import { isObject, member } from '../model/json.ts';
import {
  type Id,
  idKey,
  isId,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  type SingleMessage,
} from '../model/message.ts';
import { META } from '../model/methods.ts';
import type { Call } from '../model/session.ts';
import { compareValues } from './compare.ts';
import type { Wanted } from './consumption.ts';
import type { LiveSession } from './live-session.ts';
import { missOf } from './miss.ts';
import { type Difference, type Miss, refOf } from './report.ts';
import { type ClientItem, isRequest } from './script.ts';
import type { Outgoing } from './speak.ts';
import { capabilitiesOf, without } from './volatile.ts';

/** Finds the recorded message that a live one is; gives our refusal when there is none. */
export function take(state: LiveSession, message: SingleMessage, value: unknown): Outgoing[] {
  if (message.kind === 'response') return takeAnswer(state, message, value);
  if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
    const handled = takeCancellation(state, message, value);
    if (handled) return [];
  }
  const wanted: Wanted =
    message.kind === 'invalid' ? { kind: 'other', method: '', params: value } : message;
  const taken = state.consumption.take(wanted);
  if (taken.ok) {
    note(state, taken.item, value);
    return message.kind === 'request' ? bind(state, taken.item, message) : [];
  }
  const miss = missOf(message.kind, {
    reason: taken.reason,
    wanted,
    script: state.script,
    secrets: state.secrets,
    ...(taken.nearest ? { nearest: taken.nearest } : {}),
    ...(taken.write ? { write: taken.write } : {}),
  });
  return refuse(state, miss, { value, ...(message.kind === 'request' ? { id: message.id } : {}) });
}

/** The code of our errors: outside of all ranges that JSON-RPC and MCP reserve. */
export const MISS_CODE = 90404;

function refuse(state: LiveSession, miss: Miss, live: { value: unknown; id?: Id }): Outgoing[] {
  state.said.push({ item: undefined, value: live.value });
  if (live.id !== undefined) return tell(state, miss, live.id);
  state.misses.push(miss);
  return [];
}

/** Reports a miss and answers the request with it. */
function tell(state: LiveSession, miss: Miss, id: Id): Outgoing[] {
  state.misses.push(miss);
  const { detail, reason, nearest, pointer, write } = miss;
  const data = { reason, nearest, pointer, write };
  const error = { code: MISS_CODE, message: `wiretape: ${detail}`, data };
  const text = JSON.stringify({ jsonrpc: '2.0', id, error });
  state.refusals.push(text);
  const where = state.exchange === undefined ? {} : { exchange: state.exchange };
  return [{ kind: 'message', text, notifies: false, eof: false, ...where }];
}

/** A live message was found to be this recorded one. */
function note(state: LiveSession, item: ClientItem, value: unknown): void {
  state.said.push({ item, value });
  state.placement.matched(item);
}

/** Ties a live request to the recorded one: its ids stand for the recorded ids from now on. */
function bind(
  state: LiveSession,
  item: ClientItem,
  { id, method, params }: RequestMessage,
): Outgoing[] {
  if (!isRequest(item)) return [];
  const { call, message } = item;
  const token = member(params, '_meta', META.progressToken);
  state.live.set(call, { id, token, exchange: state.exchange });
  state.byId.set(idKey(id), call);
  state.moments.asked.set(call, ++state.moment);
  if (method === 'initialize') {
    const capabilities = [capabilitiesOf(message.params), capabilitiesOf(params)] as const;
    compare(state, capabilities, { item, about: 'capabilities', at: '/params/capabilities' });
  }
  // Silence stays silence, unless it may be the recording that lost the answer.
  if (call.response || state.script.lastLoss < call.request.seq) return [];
  return tell(state, missOf('request', { reason: 'answer-lost', nearest: item }), id);
}

/** A cancellation names a live id; it is the recorded one when that gave up the same request. */
function takeCancellation(
  state: LiveSession,
  { params }: NotificationMessage,
  value: unknown,
): boolean {
  const id = member(params, 'requestId');
  const call = isId(id) ? state.byId.get(idKey(id)) : undefined;
  const item = call && state.script.turns.get(call)?.cancel;
  // Recorded over HTTP, the closed stream was the cancellation.
  if (call && !item) return call.cancelled !== undefined && call.exchange !== undefined;
  if (!item || state.placement.isMatched(item)) return false;
  const named = new Set(['requestId']);
  const [recorded, live] = [member(item.value, 'params'), params].map((one) =>
    isObject(one) ? without(one, named) : one,
  );
  compare(state, [recorded, live], { item, about: 'cancellation', at: '/params' });
  note(state, item, value);
  return true;
}

/**
 * The client gave up a live exchange. In the stateless era that is how a request over HTTP is
 * cancelled, so it stands for the cancellation that a recording of a pipe holds.
 */
export function abandon(state: LiveSession, exchange: number): boolean {
  if (state.script.session.session.era !== 'modern') return false;
  const given = [...state.live].filter(([, live]) => live.exchange === exchange);
  const items = given.flatMap(([call]) => state.script.turns.get(call)?.cancel ?? []);
  const open = items.filter((item) => !state.placement.isMatched(item));
  for (const item of open) note(state, item, item.value);
  return open.length > 0;
}

/** The client answers what the server asked. Another answer than the recorded one is reported. */
function takeAnswer(state: LiveSession, message: ResponseMessage, value: unknown): Outgoing[] {
  const call = message.id === null ? undefined : openQuestion(state.asked, message.id);
  const item = call && state.script.answers.get(call);
  if (item) {
    const [recorded, live] = [item.value, value].map((one) => ({
      result: member(one, 'result'),
      error: member(one, 'error'),
    }));
    compare(state, [recorded, live], { item, about: 'answer', at: '' });
    note(state, item, value);
    return [];
  }
  const stray = state.consumption.take({ kind: 'other', method: '', params: value });
  if (stray.ok) note(state, stray.item, value);
  else {
    const about = call ? { nearest: refOf(call) } : {};
    refuse(state, missOf('response', { reason: 'nothing-asked', ...about }), { value });
  }
  return [];
}

/** The oldest open request of the server with this id; else with its text, or the number it is the text of. */
function openQuestion(asked: ReadonlyMap<string, Call[]>, id: Id): Call | undefined {
  const exact = asked.get(idKey(id))?.shift();
  if (exact) return exact;
  const isText = typeof id === 'string';
  if (isText && (id.trim() === '' || !Number.isFinite(Number(id)))) return undefined;
  return asked.get(idKey(isText ? Number(id) : String(id)))?.shift();
}

interface Compared {
  readonly item: ClientItem;
  readonly about: Difference['about'];
  readonly at: string;
}

function compare(
  state: LiveSession,
  [recorded, live]: readonly unknown[],
  { item, about, at }: Compared,
): void {
  const trial = state.secrets.trial();
  const { pointer } = compareValues(recorded, live, { trial });
  if (pointer === undefined) trial.keep();
  else state.differences.push({ entry: item.reference, about, pointer: at + pointer });
}
