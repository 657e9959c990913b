/**
 * P-RPC: what every message must be. That it is JSON-RPC at all, with a whole error (P-RPC-01,
 * P-RPC-04, P-STD-01), is told by rules/malformed-message.ts.
 */
import { isObject, member } from '../../model/json.ts';
import { isId } from '../../model/message.ts';
import type { MessageRef } from '../../model/session.ts';
import { EVERY, family, MODERN, stated } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Watching } from './protocol-rule.ts';

export const RPC: readonly ProtocolRule[] = family('rpc', [
  {
    rule: 'batch-not-allowed',
    code: 'P-RPC-02',
    severity: 'high',
    revisions: stated('2025-06-18'),
    page: 'basic/transports/streamable-http',
    definition:
      'Several messages came as one JSON array. Only 2025-03-26 has batches; 2024-11-05 leaves them to JSON-RPC and is not judged.',
    wrongWhen: 'Both sides agreed on batches in a way of their own.',
    confirm: 'Look at the message: its text begins with a bracket.',
    says: ({ who, times }) => `${who} sent a batch, ${times}; this revision has none.`,
    watch: watchBatches,
  },
  {
    rule: 'notification-answered',
    code: 'P-RPC-03',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/index',
    definition:
      'A notification has an id, or an exchange that brought only notifications was answered with a result.',
    wrongWhen: 'The method is one of the peer itself that only looks like a notification.',
    confirm: 'Look at the message: its method begins with notifications/, and it has an id.',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} answered a notification, ${times}.`
        : `${who} gave an id to the notification ${about}, ${times}; nobody may answer it.`,
    watch: watchAnsweredNotifications,
  },
  {
    rule: 'reserved-error-code',
    code: 'P-RPC-05',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/index',
    definition:
      'An error has a code that only the specification may define (-32020 to -32099), or one of an earlier revision (-32002, -32042). Medium for -32000 to -32019, which new implementations should not use.',
    wrongWhen: 'A newer text of the specification defines the code.',
    confirm: 'Compare the code with the table of error codes in basic/index.',
    says: ({ who, about, times }) =>
      `${who} answered with the reserved error code ${about}, ${times}.`,
    watch: watchErrorCodes,
  },
]);

function watchBatches({ report }: Watching): Handlers {
  const see = ({ ref, from }: Happening): void => {
    if (ref.item !== 0 || !from) return;
    report({ by: from, evidence: [{ at: { seq: ref.seq }, role: 'batch' }] });
  };
  return { request: see, response: see, notification: see, invalid: see };
}

function watchAnsweredNotifications({ report }: Watching): Handlers {
  /** By exchange: its first notification, or that it has more than those. */
  const brought = createMemory<number, MessageRef | 'more'>(10_000);
  return {
    request(happening) {
      const { from, method = '', ref, exchange } = happening;
      if (from === 'client' && exchange) brought.set(exchange.number, 'more');
      if (!from || !method.startsWith('notifications/')) return;
      const evidence = { at: ref, role: 'notification with an id', pointer: '/id' };
      report({ by: from, about: method, evidence: [evidence] });
    },
    notification({ from, exchange, ref }) {
      if (from === 'client' && exchange && !brought.has(exchange.number))
        brought.set(exchange.number, ref);
    },
    response({ from, value, ref, exchange }) {
      const first = exchange && brought.get(exchange.number);
      if (from === 'client') {
        if (exchange) brought.set(exchange.number, 'more');
      } else if (first && first !== 'more' && isObject(value) && 'result' in value) {
        report({
          by: 'server',
          evidence: [
            { at: first, role: 'notification' },
            { at: ref, role: isId(value['id']) ? 'answer' : 'answer without id' },
          ],
        });
      }
    },
  };
}

const DEFINED = new Set([-32020, -32021, -32022]);
const EARLIER = new Set([-32002, -32042]);

function watchErrorCodes({ report }: Watching): Handlers {
  return {
    response({ from, value, ref }) {
      const code = member(value, 'error', 'code');
      if (typeof code !== 'number' || !from) return;
      const isReserved = -32099 <= code && code <= -32020 && !DEFINED.has(code);
      const isLegacy = -32019 <= code && code <= -32000 && !EARLIER.has(code);
      if (!isReserved && !isLegacy && !EARLIER.has(code)) return;
      report({
        by: from,
        about: String(code),
        severity: isLegacy ? 'medium' : 'high',
        evidence: [{ at: ref, role: 'error', pointer: '/error/code' }],
      });
    },
  };
}
