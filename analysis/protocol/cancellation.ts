/** P-CAN: what was given up, by whom, and who heard of it. */
import { isObject, member } from '../../model/json.ts';
import { idKey, isId } from '../../model/message.ts';
import { LISTEN } from '../../model/methods.ts';
import type { Call, MessageRef } from '../../model/session.ts';
import { isEarlier } from './calls.ts';
import { EVERY, family, MODERN } from './family.ts';
import { createMemory } from './memory.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Watching,
} from './protocol-rule.ts';

export const CANCELLATION: readonly ProtocolRule[] = family('cancellation', [
  {
    rule: 'cancelled-nothing',
    code: 'P-CAN-01',
    severity: 'medium',
    revisions: EVERY,
    page: 'basic/patterns/cancellation',
    definition:
      'A cancellation names a request that its sender never sent, or one whose answer had been delivered a second before.',
    wrongWhen:
      'The request was sent before the recording began. Silent where anything before it was lost.',
    confirm: 'Search the session for a request of the same side with this id.',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} cancelled a request that it had not sent, ${times}.`
        : `${who} cancelled a request that had long been answered, ${times}.`,
    watch: watchTargets,
  },
  {
    rule: 'message-after-cancellation',
    code: 'P-CAN-02',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/patterns/cancellation',
    definition:
      'Progress or an answer came for a request after its receiver had taken the cancellation: it had answered a later request on the same pipe, or accepted the message that cancelled. Medium before 2026-07-28, which only advises against it.',
    wrongWhen:
      'The receiver reads what it is sent in another order than it came. In 2026-07-28 over HTTP a client cancels by closing, and what is sent after that is not recorded.',
    confirm: 'Look at the order of cancellation, later answer and this message.',
    says: ({ who, times }) =>
      `${who} sent progress or an answer for a request that it knew to be cancelled, ${times}.`,
    watch: watchCancelled,
  },
  {
    rule: 'task-cancelled-as-request',
    code: 'P-CAN-03',
    severity: 'high',
    revisions: ['2025-11-25'],
    page: 'basic/utilities/cancellation',
    definition:
      'notifications/cancelled was sent for a request that asked for a task; tasks/cancel must be used.',
    wrongWhen: 'The server does not know tasks, and treated the request as any other.',
    confirm: 'Look at the request: its params have a task.',
    says: ({ who, times }) => `${who} cancelled a task with notifications/cancelled, ${times}.`,
    watch: watchTasks,
  },
  {
    rule: 'server-cancelled',
    code: 'P-CAN-04',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/cancellation',
    definition:
      'The server sent notifications/cancelled for anything but a subscriptions/listen request of the client.',
    wrongWhen:
      'The subscription was begun before the recording. Whether a server goes on with a call whose client has closed its stream does not show at this place, and is not judged.',
    confirm: 'Search the session for the request that the notification names.',
    says: ({ who, times }) => `${who} cancelled what is no subscription, ${times}.`,
    watch: watchServer,
  },
]);

/** An answer may be on its way for so long before whoever cancels must know, in µs. */
const ON_ITS_WAY = 1_000_000;

function watchTargets({ report }: Watching): Handlers {
  return {
    'notification notifications/cancelled'({ from, call, ref, revision }) {
      if (!from || (from === 'server' && revision === '2026-07-28')) return;
      const shown = { at: ref, role: 'cancellation', pointer: '/params/requestId' };
      if (!call) return report({ by: from, since: FROM_THE_START, evidence: [shown] });
      const { response, request } = call;
      if (!response || response.sent + ON_ITS_WAY > ref.at) return;
      const evidence = [
        { at: request, role: 'request' },
        { at: response, role: 'answer' },
      ] as const;
      report({ by: from, about: 'answered', evidence: [...evidence, shown] });
    },
  };
}

/** What was sent on another connection may have been on its way, in µs. */
const GRACE = 100_000;

function watchCancelled({ report }: Watching): Handlers {
  /** The newest request on a pipe that each side has answered: it has read all before that. */
  const read: { client?: MessageRef; server?: MessageRef } = {};
  /** When the cancellation sent on an exchange was accepted, by exchange. */
  const accepted = createMemory<number, number>(10_000);
  const sentOn = createMemory<Call, number>(10_000);

  const isKnown = (call: Call, ref: MessageRef, receiver: 'client' | 'server'): boolean => {
    const { cancelled } = call;
    if (!cancelled || !isEarlier(cancelled, ref)) return false;
    const exchange = sentOn.get(call);
    if (exchange === undefined) {
      const last = read[receiver];
      return call.exchange === undefined && last !== undefined && isEarlier(cancelled, last);
    }
    const at = accepted.get(exchange);
    return at !== undefined && at + GRACE < ref.at;
  };
  const see = ({ call, from, ref, revision }: Happening): void => {
    if (!call?.cancelled || !from || call.from === from || !isKnown(call, ref, from)) return;
    report({
      by: from,
      severity: revision === '2026-07-28' ? 'high' : 'medium',
      evidence: [
        { at: call.request, role: 'request' },
        { at: call.cancelled, role: 'cancellation' },
        { at: ref, role: 'message after it' },
      ],
    });
  };
  return {
    'notification notifications/cancelled'({ call, exchange }) {
      if (call && exchange) sentOn.set(call, exchange.number);
    },
    http({ entry, exchange, ref }) {
      if (entry.type !== 'http' || entry.phase !== 'head' || !exchange) return;
      if (entry.status === 202) accepted.set(exchange.number, ref.at);
    },
    response(happening) {
      const { call, from, exchange } = happening;
      see(happening);
      if (!call || !from || exchange) return;
      const last = read[from];
      if (!last || isEarlier(last, call.request)) read[from] = call.request;
    },
    'notification notifications/progress': see,
  };
}

function watchTasks({ report }: Watching): Handlers {
  const tasks = createMemory<Call, true>(10_000);
  return {
    request({ call, value }) {
      if (call && isObject(member(value, 'params', 'task'))) tasks.set(call, true);
    },
    'notification notifications/cancelled'({ call, from, ref }) {
      if (!call || !from || !tasks.has(call)) return;
      report({
        by: from,
        evidence: [
          { at: call.request, role: 'request for a task', pointer: '/params/task' },
          { at: ref, role: 'cancellation' },
        ],
      });
    },
  };
}

function watchServer({ report }: Watching): Handlers {
  const listening = createMemory<string, true>();
  return {
    [`request ${LISTEN}`]: ({ call }: Happening) => {
      if (call) listening.set(idKey(call.id), true);
    },
    'notification notifications/cancelled'({ from, value, ref }) {
      const id = member(value, 'params', 'requestId');
      if (from !== 'server' || listening.hasForgotten) return;
      if (isId(id) && listening.has(idKey(id))) return;
      report({
        by: 'server',
        since: FROM_THE_START,
        evidence: [{ at: ref, role: 'cancellation', pointer: '/params/requestId' }],
      });
    },
  };
}
