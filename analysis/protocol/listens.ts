/** The subscriptions of a session since 2026-07-28, and the notifications that belong to them. */
import { member, textMember } from '../../model/json.ts';
import { type Id, idKey, isId } from '../../model/message.ts';
import { LISTEN, META } from '../../model/methods.ts';
import type { Call } from '../../model/session.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening } from './protocol-rule.ts';
import { isWithin } from './uris.ts';

export const UPDATED = 'notifications/resources/updated';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

/** The notifications of changes, and the member of a filter that asks for each. */
const ASKED_BY: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
  [UPDATED]: 'resourceSubscriptions',
  'notifications/tasks': 'taskIds',
};

export interface Listen {
  readonly call: Call;
  readonly isAskedFor: (method: string, params: unknown) => boolean;
  isAcknowledged: boolean;
}

function asksFor(filter: unknown): Listen['isAskedFor'] {
  const uris = new Set(listOf(member(filter, 'resourceSubscriptions')));
  const tasks = new Set(listOf(member(filter, 'taskIds')));
  return (method, params) => {
    if (method === UPDATED)
      return isWithin(textMember(params, 'uri') ?? '', (uri) => uris.has(uri));
    if (method === 'notifications/tasks') return tasks.has(member(params, 'taskId'));
    return member(filter, ASKED_BY[method] ?? '') === true;
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export interface Listens {
  readonly handlers: Handlers;
  /** The subscription that a notification says it is of; undefined: one that nobody opened. */
  of(happening: Happening): Listen | undefined;
  find(id: unknown, happening: Happening): Listen | undefined;
}

export function followListens(): Listens {
  const open = createMemory<string, Listen>(10_000);
  const keyOf = (id: Id, { exchange }: Happening): string =>
    `${exchange?.number ?? ''} ${idKey(id)}`;
  const find: Listens['find'] = (id, happening) =>
    isId(id) ? open.get(keyOf(id, happening)) : undefined;
  const of: Listens['of'] = (happening) => find(subscriptionOf(happening), happening);
  return {
    of,
    find,
    handlers: {
      [`request ${LISTEN}`]: (happening) => {
        const { call, value } = happening;
        if (!call) return;
        const isAskedFor = asksFor(member(value, 'params', 'notifications'));
        open.set(keyOf(call.id, happening), { call, isAskedFor, isAcknowledged: false });
      },
      [`notification ${ACKNOWLEDGED}`]: (happening) => {
        const listen = of(happening);
        if (listen) listen.isAcknowledged = true;
      },
    },
  };
}

export function subscriptionOf({ value }: Happening): unknown {
  return member(value, 'params', '_meta', META.subscriptionId);
}

/** One handler for all notifications that belong to subscriptions. */
export function onChanges(handle: (happening: Happening) => void): Handlers {
  return Object.fromEntries(
    Object.keys(ASKED_BY).map((method) => [`notification ${method}`, handle]),
  );
}
