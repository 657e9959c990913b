/** Where ids that the client chose stand in messages of the server, and are replaced when played. */
import { member } from '../model/json.ts';
import { idKey, isId, type SingleMessage } from '../model/message.ts';
import { META } from '../model/methods.ts';
import type { Call } from '../model/session.ts';
import type { Path } from './json-text.ts';

/** Where an id that the client chose stands in a message of the server. */
export interface Slot {
  readonly path: Path;
  readonly call: Call;
  readonly of: 'id' | 'progressToken';
}

/** `call`: what the session machine ties the message to; `open`: the newest request of each id. */
export function slotsOf(
  message: SingleMessage | undefined,
  call: Call | undefined,
  open: ReadonlyMap<string, Call>,
): Slot[] {
  if (message?.kind === 'response') {
    // A server that could not read an id says null.
    const id: Slot[] = call && message.id !== null ? [{ path: ['id'], call, of: 'id' }] : [];
    return [...id, ...subscriptionSlot(message.result, 'result', open)];
  }
  if (message?.kind !== 'notification') return [];
  const { method, params } = message;
  if (method === 'notifications/progress') {
    return call ? [{ path: ['params', 'progressToken'], call, of: 'progressToken' }] : [];
  }
  if (method === 'notifications/cancelled') {
    const ended = listener(member(params, 'requestId'), open);
    return ended ? [{ path: ['params', 'requestId'], call: ended, of: 'id' }] : [];
  }
  return subscriptionSlot(params, 'params', open);
}

/** 2026-07-28: what a subscription brings carries the id of the `subscriptions/listen` request. */
function subscriptionSlot(
  holder: unknown,
  name: 'params' | 'result',
  open: ReadonlyMap<string, Call>,
): Slot[] {
  const call = listener(member(holder, '_meta', META.subscriptionId), open);
  return call ? [{ path: [name, '_meta', META.subscriptionId], call, of: 'id' }] : [];
}

function listener(id: unknown, open: ReadonlyMap<string, Call>): Call | undefined {
  const call = isId(id) ? open.get(idKey(id)) : undefined;
  return call?.method === 'subscriptions/listen' ? call : undefined;
}
