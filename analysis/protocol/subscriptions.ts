/** Who is told of changes: subscriptions to resources, and since 2026-07-28 streams of notifications. */
import { member, textMember } from '../../model/json.ts';
import { LISTEN } from '../../model/methods.ts';
import type { Call } from '../../model/session.ts';
import { family, LEGACY, MODERN } from './family.ts';
import { followListens, type Listen, onChanges, subscriptionOf, UPDATED } from './listens.ts';
import { createMemory } from './memory.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Shown,
  type Watching,
} from './protocol-rule.ts';
import { isWithin } from './uris.ts';

export const SUBSCRIPTIONS: readonly ProtocolRule[] = family('subscriptions', [
  {
    rule: 'notification-without-subscription',
    code: 'P-SUB-01',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/subscriptions',
    definition:
      'A notification of a change comes without the id of the subscription it belongs to, or with one that nobody opened. A client with several subscriptions cannot tell whom it is for.',
    wrongWhen:
      'The subscription was opened where it was not recorded; sessions that were joined are left out.',
    confirm: 'Look for the subscriptions/listen request with that id.',
    says: ({ who, about, times }) => `${who} sent ${about} for no subscription, ${times}.`,
    watch: watchNotificationWithoutSubscription,
  },
  {
    rule: 'subscription-not-acknowledged-first',
    code: 'P-SUB-01',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/subscriptions',
    definition:
      'The first thing a server sends for a subscription is not notifications/subscriptions/acknowledged: a notification comes before it, or the end of the subscription.',
    wrongWhen: 'The acknowledgement was sent on a stream that was not recorded.',
    confirm: 'Look at what the server sent after the request.',
    says: ({ who, times }) =>
      `${who} did not acknowledge a subscription before it used it, ${times}.`,
    watch: watchSubscriptionNotAcknowledged,
  },
  {
    rule: 'notification-not-asked-for',
    code: 'P-SUB-02',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/subscriptions',
    definition:
      'A subscription gets a notification of a kind that its request did not ask for, or of a resource or task that is not in it.',
    wrongWhen:
      'The resource is a part of one that was asked for, and its address does not show it.',
    confirm: 'Compare the notification with the filter of the request.',
    says: ({ who, about, times }) =>
      `${who} sent ${about} to a subscription that had not asked for it, ${times}.`,
    watch: watchNotificationNotAskedFor,
  },
  {
    rule: 'subscription-not-renewed',
    code: 'P-SUB-03',
    severity: 'medium',
    revisions: MODERN,
    page: 'basic/patterns/subscriptions',
    definition:
      'The stream of a subscription broke, not by the client, and the client went on for half a minute with three requests or more and opened no subscription again: it does not hear of changes any more.',
    wrongWhen: 'The client does not need the changes any more, or lists again by itself.',
    confirm: 'See whether the client uses a list or a resource that changed after the break.',
    says: ({ who, times }) => `${who} went on without a subscription that had broken, ${times}.`,
    watch: watchSubscriptionNotRenewed,
  },
  {
    rule: 'update-without-subscription',
    code: 'P-SUB-04',
    severity: 'medium',
    revisions: LEGACY,
    page: 'server/resources',
    definition:
      'A server tells of an update of a resource that the client never subscribed to, or whose subscription it had ended.',
    wrongWhen:
      'The resource is a part of one that is subscribed to, and its address does not show it.',
    confirm: 'Look for resources/subscribe with that address.',
    says: ({ who, about, times }) =>
      `${who} told of an update of ${about}, ${times}, to which nobody is subscribed.`,
    watch: watchUpdateWithoutSubscription,
  },
]);

function watchNotificationWithoutSubscription({ report }: Watching): Handlers {
  const listens = followListens();
  const judge = (happening: Happening): void => {
    if (happening.from !== 'server' || listens.of(happening)) return;
    const isUnsaid = subscriptionOf(happening) === undefined;
    const role = isUnsaid ? 'notification of no subscription' : 'notification of an unknown one';
    report({
      by: 'server',
      about: happening.method ?? '',
      since: isUnsaid ? happening.ref.seq : FROM_THE_START,
      evidence: [{ at: happening.ref, role, pointer: '/params/_meta' }],
    });
  };
  return { ...listens.handlers, ...onChanges(judge) };
}

function watchSubscriptionNotAcknowledged({ report }: Watching): Handlers {
  const listens = followListens();
  const judge = (listen: Listen | undefined, shown: Shown): void => {
    if (!listen || listen.isAcknowledged) return;
    const { request } = listen.call;
    report({ by: 'server', evidence: [{ at: request, role: 'subscription' }, shown] });
  };
  return {
    ...listens.handlers,
    ...onChanges((happening) => {
      const role = 'notification before it is acknowledged';
      judge(listens.of(happening), { at: happening.ref, role });
    }),
    [`response ${LISTEN}`]: (happening) => {
      const { call, ref } = happening;
      if (call?.outcome !== 'result') return;
      judge(listens.find(call.id, happening), { at: ref, role: 'end before it is acknowledged' });
    },
  };
}

function watchNotificationNotAskedFor({ report }: Watching): Handlers {
  const listens = followListens();
  return {
    ...listens.handlers,
    ...onChanges((happening) => {
      const { method = '', value, ref } = happening;
      const listen = listens.of(happening);
      if (!listen || listen.isAskedFor(method, member(value, 'params'))) return;
      report({
        by: 'server',
        about: method,
        evidence: [
          { at: listen.call.request, role: 'filter', pointer: '/params/notifications' },
          { at: ref, role: 'notification' },
        ],
      });
    }),
  };
}

/** A client that goes on for so long (µs), with so many requests, does not come back to it. */
const WAITED = 30_000_000;
const REQUESTS = 3;

interface Lost {
  readonly listen: Shown['at'];
  readonly end: Shown['at'];
  readonly at: number;
  later: number;
  last: { readonly ref: Shown['at']; readonly at: number } | undefined;
}

function watchSubscriptionNotRenewed({ report, isOneClient }: Watching): Handlers {
  const open = createMemory<number, Call>(10_000);
  const lost = createMemory<number, Lost>(100);
  const tell = ({ listen, end, at, later, last }: Lost): void => {
    if (!last || later < REQUESTS || last.at - at < WAITED || !isOneClient()) return;
    report({
      by: 'client',
      evidence: [
        { at: listen, role: 'subscription' },
        { at: end, role: 'end of its stream' },
        { at: last.ref, role: 'later request' },
      ],
    });
  };
  return {
    request: ({ call, exchange, ref, from }) => {
      if (!call || from !== 'client') return;
      if (call.method === LISTEN) {
        lost.clear();
        if (exchange) open.set(exchange.number, call);
        return;
      }
      for (const one of lost.values()) {
        one.later++;
        one.last = { ref, at: ref.at };
      }
    },
    http: ({ entry, exchange, ref }) => {
      if (entry.type !== 'http' || entry.phase !== 'ended' || !exchange) return;
      const call = open.get(exchange.number);
      open.delete(exchange.number);
      if (!call || call.response || call.cancelled || entry.ended === 'client-closed') return;
      const { request: listen } = call;
      lost.set(exchange.number, { listen, end: ref, at: ref.at, later: 0, last: undefined });
    },
    over: () => {
      for (const one of lost.values()) tell(one);
    },
  };
}

/** Over HTTP an update and an answer cross on two streams: which one was first shows only after (µs). */
const CROSSING = 1_000_000;

function watchUpdateWithoutSubscription({ report, isOneClient }: Watching): Handlers {
  const subscribed = createMemory<string, true>(10_000);
  const ended = createMemory<string, { readonly at: Shown['at']; readonly time: number }>(10_000);
  return {
    'request resources/subscribe': ({ call }) => {
      if (call?.subject !== undefined) subscribed.set(call.subject, true);
    },
    'response resources/subscribe': ({ call }) => {
      if (call?.subject !== undefined && call.outcome !== 'result') subscribed.delete(call.subject);
    },
    'response resources/unsubscribe': ({ call, ref }) => {
      if (call?.subject === undefined || call.outcome !== 'result') return;
      subscribed.delete(call.subject);
      ended.set(call.subject, { at: ref, time: ref.at });
    },
    [`notification ${UPDATED}`]: ({ value, ref, from, exchange }) => {
      const uri = textMember(value, 'params', 'uri');
      if (uri === undefined || from !== 'server' || subscribed.hasForgotten) return;
      if (isWithin(uri, (one) => subscribed.has(one)) || !isOneClient()) return;
      const end = ended.get(uri);
      if (end && exchange && ref.at - end.time < CROSSING) return;
      const update: Shown = { at: ref, role: 'update', pointer: '/params/uri' };
      report({
        by: 'server',
        about: uri,
        ...(end ? {} : { since: FROM_THE_START }),
        evidence: end ? [{ at: end.at, role: 'end of the subscription' }, update] : [update],
      });
    },
  };
}
