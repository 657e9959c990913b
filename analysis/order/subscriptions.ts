/** E7: a subscription, its acknowledgement, and what it brings. */
import { LISTEN, META } from '../../model/methods.ts';
import type { Call, NotificationSeen, SessionView } from '../../model/session.ts';
import { type CausalEdge, type End, edge, endOf, requestOf } from './edge.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const UPDATED = 'notifications/resources/updated';

export function* subscriptionEdges({ session }: SessionView): Generator<CausalEdge> {
  const acknowledged = new Map<Call, End>();
  const subscribed = new Map<string | undefined, Call>();
  const { calls } = session;
  let next = 0;
  for (const notification of session.notifications) {
    for (let call = calls[next]; call && isEarlier(call, notification); call = calls[++next]) {
      noteSubscription(subscribed, call);
    }
    const end = endOf(session, notification.ref, notification.call);
    const listener = listenerOf(notification);
    if (listener) {
      const before = acknowledged.get(listener) ?? requestOf(listener);
      yield edge('E7', before, end, BROUGHT);
      if (notification.method === ACKNOWLEDGED) acknowledged.set(listener, end);
    } else if (notification.from === 'server' && notification.method === UPDATED) {
      const call = subscribed.get(notification.subject);
      if (call) yield edge('E7', requestOf(call), end, UPDATES);
    }
  }
}

function isEarlier(call: Call, { ref }: NotificationSeen): boolean {
  return call.request.seq < ref.seq;
}

function noteSubscription(subscribed: Map<string | undefined, Call>, call: Call): void {
  if (call.method === 'resources/subscribe') subscribed.set(call.subject, call);
  else if (call.method === 'resources/unsubscribe') subscribed.delete(call.subject);
}

function listenerOf({ call, from }: NotificationSeen): Call | undefined {
  return from === 'server' && call?.method === LISTEN ? call : undefined;
}

const BROUGHT = {
  before: { role: 'subscription' },
  after: {
    role: 'brought by it',
    pointer: `/params/_meta/${META.subscriptionId.replace('/', '~1')}`,
  },
};
const UPDATES = {
  before: { role: 'subscription', pointer: '/params/uri' },
  after: { role: 'update', pointer: '/params/uri' },
};
