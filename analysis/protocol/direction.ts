/** P-DIR: who may ask whom. */
import { headerOf } from '../../model/entry.ts';
import { member } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import type { Call } from '../../model/session.ts';
import { family, MODERN } from './family.ts';
import { createMemory } from './memory.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Watching,
} from './protocol-rule.ts';

export const DIRECTION: readonly ProtocolRule[] = family('direction', [
  {
    rule: 'server-sent-request',
    code: 'P-DIR-01',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/transports/streamable-http',
    definition:
      'The server sent a request. In 2026-07-28 it asks inside a result (input_required) instead.',
    wrongWhen:
      'The client speaks an earlier revision on the same pipe, and its handshake was not recorded.',
    confirm: 'Look at the message: it is from the server, and has a method and an id.',
    says: ({ who, about, times }) =>
      `${who} sent the request ${about}, ${times}; only clients send requests.`,
    watch: ({ report }) => ({
      request({ from, method = '', ref }) {
        if (from !== 'server') return;
        report({ by: from, about: method, evidence: [{ at: ref, role: 'request of the server' }] });
      },
    }),
  },
  {
    rule: 'client-sent-response',
    code: 'P-DIR-02',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/transports/streamable-http',
    definition:
      'The client sent a response. In 2026-07-28 it gives answers inside a request of its own.',
    wrongWhen:
      'The client speaks an earlier revision on the same pipe, and its handshake was not recorded.',
    confirm: 'Look at the message: it is from the client, and has a result or an error.',
    says: ({ who, times }) => `${who} sent a response, ${times}; only servers send responses.`,
    watch: ({ report }) => ({
      response({ from, ref }) {
        if (from !== 'client') return;
        report({ by: from, evidence: [{ at: ref, role: 'response of the client' }] });
      },
    }),
  },
  {
    rule: 'request-out-of-the-blue',
    code: 'P-DIR-03',
    severity: 'medium',
    revisions: ['2025-11-25'],
    page: 'seps/2260-Require-Server-requests-to-be-associated-with-Client-requests',
    definition:
      'The server asked for roots, sampling or elicitation while no request of the client was open, or on a stream that belongs to none.',
    wrongWhen:
      'The server works for a request that was answered before; what names its task is left out. 2025-11-25 itself only advises against it; later clients may refuse it.',
    confirm: 'Look for a request of the client that was open when the server asked.',
    says: ({ who, about, times }) =>
      `${who} sent ${about} in no connection with a request of the client, ${times}.`,
    watch: watchUnrelated,
  },
]);

const NESTED = new Set(['roots/list', 'sampling/createMessage', 'elicitation/create']);

function watchUnrelated({ report }: Watching): Handlers {
  const open = createMemory<Call, true>();
  const close = ({ call }: Happening): void => {
    if (call?.from === 'client') open.delete(call);
  };
  const isUnrelated = ({ exchange, value }: Happening): boolean => {
    // What a task needs comes after the request that began it was answered.
    if (member(value, 'params', '_meta', META.relatedTask) !== undefined) return false;
    if (!exchange) return open.size === 0 && !open.hasForgotten;
    const { opened, isOlder } = exchange;
    return opened?.method === 'GET' && !isOlder && headerOf(opened, 'last-event-id') === undefined;
  };
  return {
    request(happening) {
      const { call, from, method = '', ref } = happening;
      if (from === 'client' && call) return open.set(call, true);
      if (!NESTED.has(method) || !isUnrelated(happening)) return;
      report({
        by: 'server',
        about: method,
        since: FROM_THE_START,
        evidence: [{ at: ref, role: 'request of the server' }],
      });
    },
    response: close,
    'notification notifications/cancelled': close,
  };
}
