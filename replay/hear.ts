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
import { type MaskedPlace, maskedPlaces, masksOf, withMasks } from './masks.ts';
import { type About, missOf } from './miss.ts';
import { type Live, refuse, textOf } from './refusal.ts';
import { isRepeatable, repeat } from './repeat.ts';
import { type Degraded, type Difference, refOf } from './report.ts';
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
  if (taken.ok && !taken.again) {
    note(state, taken, value);
    return message.kind === 'request' ? bind(state, taken.item, { message, value }) : [];
  }
  if (taken.ok && message.kind === 'request' && isRepeatable(state, taken.item)) {
    return repeat(state, taken, { value, id: message.id });
  }
  const why = taken.ok ? ({ reason: 'used-up', nearest: taken.item } as const) : taken;
  return miss(state, { ...why, wanted }, { message, value });
}

/** It has no recorded message: told, and remembered as one of none. */
function miss(state: LiveSession, about: About, live: Live): Outgoing[] {
  const found = missOf(state, live.message.kind, about);
  state.said.push({ item: undefined, value: live.value });
  return refuse(state, found, live);
}

/** A live message was found to be this recorded one. */
function note(
  state: LiveSession,
  { item, places = [] }: { readonly item: ClientItem; readonly places?: readonly MaskedPlace[] },
  value: unknown,
): void {
  state.said.push({ item, value });
  for (const place of places) state.degraded.push(maskedAt(item, place));
  state.placement.matched(item);
}

function maskedAt({ reference }: ClientItem, place: MaskedPlace): Degraded {
  return { entry: reference, how: 'masked', ...place };
}

/** Ties a live request to the recorded one: its ids stand for the recorded ids from now on. */
function bind(
  state: LiveSession,
  item: ClientItem,
  live: { readonly message: RequestMessage; readonly value: unknown },
): Outgoing[] {
  if (!isRequest(item)) return [];
  const { id, method, params } = live.message;
  const { call, message } = item;
  state.live.set(call, { id, token: member(params, '_meta', META.progressToken) });
  state.byId.set(idKey(id), call);
  state.moments.asked.set(call, ++state.moment);
  if (method === 'initialize') {
    const capabilities = [capabilitiesOf(message.params), capabilitiesOf(params)] as const;
    compare(state, capabilities, { item, about: 'capabilities', at: '/params/capabilities' });
  }
  // Silence stays silence, unless it may be the recording that lost the answer.
  if (call.response || state.script.lastLoss < call.request.seq) return [];
  return refuse(state, missOf(state, 'request', { reason: 'answer-lost', nearest: item }), live);
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
  if (!item || state.placement.isMatched(item)) return false;
  const named = new Set(['requestId']);
  const [recorded, live] = [member(item.value, 'params'), params].map((one) =>
    isObject(one) ? without(one, named) : one,
  );
  compare(state, [recorded, live], { item, about: 'cancellation', at: '/params' });
  note(state, { item }, value);
  return true;
}

/** The client answers what the server asked. Another answer than the recorded one is reported. */
function takeAnswer(state: LiveSession, message: ResponseMessage, value: unknown): Outgoing[] {
  if (message.id !== null && state.passOn?.answer(message.id, textOf(state, value))) return [];
  const call = message.id === null ? undefined : openQuestion(state.asked, message.id);
  const item = call && state.script.answers.get(call);
  if (item) {
    const [recorded, live] = [item.value, value].map((one) => ({
      result: member(one, 'result'),
      error: member(one, 'error'),
    }));
    compare(state, [recorded, live], { item, about: 'answer', at: '' });
    note(state, { item }, value);
    return [];
  }
  const stray = state.consumption.take({ kind: 'other', method: '', params: value });
  if (stray.ok) note(state, stray, value);
  else {
    const about = call ? { nearest: refOf(call) } : {};
    return miss(state, { reason: 'nothing-asked', ...about }, { message, value });
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
  if (pointer === undefined) {
    trial.keep();
    return;
  }
  const masks = about === 'answer' ? masksOf(state.masks, item.call?.method ?? '') : [];
  const [one, other] = [withMasks(recorded, masks), withMasks(live, masks)];
  if (masks.length > 0 && compareValues(one, other, { trial: state.secrets.trial() }).count === 0) {
    const places = maskedPlaces(recorded, live, masks);
    state.degraded.push(...places.map((place) => maskedAt(item, place)));
  } else state.differences.push({ entry: item.reference, about, pointer: at + pointer });
}
