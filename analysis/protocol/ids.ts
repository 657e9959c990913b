/** P-ID: which answer is to which request. P-ID-06, no answer at all, is rules/unanswered-request.ts. */
import { headerOf } from '../../model/entry.ts';
import { member } from '../../model/json.ts';
import { type Id, idKey, isId } from '../../model/message.ts';
import type { Call } from '../../model/session.ts';
import { other } from '../../model/session-machine.ts';
import { isEarlier, isWaiting } from './calls.ts';
import { SESSION_HEADER } from './exchanges.ts';
import { EVERY, family, LEGACY, stated } from './family.ts';
import { createMemory } from './memory.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Shown,
  type Watching,
} from './protocol-rule.ts';

export const IDS: readonly ProtocolRule[] = family('ids', [
  {
    rule: 'fractional-id',
    code: 'P-ID-01',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/index',
    definition:
      'The id of a request is a number that is not whole. Ids that are neither text nor number, null among them, are told by malformed-message.',
    wrongWhen: 'The number is whole and was written in a form that loses it, such as 1e400.',
    confirm: 'Look at the id of the request.',
    says: ({ who, times }) => `${who} used a number that is not whole as an id, ${times}.`,
    watch: ({ report }) => ({
      request({ call, from, ref }) {
        if (!call || !from || typeof call.id === 'string' || Number.isInteger(call.id)) return;
        report({ by: from, evidence: [{ at: ref, role: 'request', pointer: '/id' }] });
      },
    }),
  },
  {
    rule: 'id-reused-in-flight',
    code: 'P-ID-02',
    version: 2,
    severity: 'critical',
    revisions: EVERY,
    page: 'basic/index',
    definition:
      'A request has the id of another request of the same side that is not yet answered: on the same pipe, in the same body, or on two exchanges of one HTTP session.',
    wrongWhen:
      'The answer to the first request was lost without a trace. Over HTTP without session ids nobody knows whether two requests are of one client, and nothing is said.',
    confirm: 'Compare the two requests: same id with the same type, and no answer between them.',
    says: ({ who, times }) =>
      `${who} used the id of a request that was still unanswered, ${times}; answers to such requests can cross.`,
    watch: ({ report }) =>
      watchSameId((first, second) => {
        if (!isWaiting(first, second.request)) return;
        report({
          by: second.from,
          evidence: [
            { at: first.request, role: 'request that was unanswered' },
            { at: second.request, role: 'request with the same id' },
            ...onlyAnswer(first, second),
          ],
          since: first.request.seq,
        });
      }),
  },
  {
    rule: 'id-used-again',
    code: 'P-ID-03',
    severity: 'medium',
    revisions: LEGACY,
    page: 'basic/index',
    definition:
      'A request has an id that an earlier request of the same side and session had, which is over. 2026-07-28 allows it.',
    wrongWhen: 'The client began anew on the same pipe without initialize.',
    confirm: 'Compare the ids of the two requests.',
    says: ({ who, times }) => `${who} used an id of an earlier request again, ${times}.`,
    watch: ({ report }) =>
      watchSameId((first, second) => {
        if (isWaiting(first, second.request) || first.request.seq === second.request.seq) return;
        report({
          by: second.from,
          evidence: [
            { at: first.request, role: 'request' },
            { at: second.request, role: 'later request with the same id' },
          ],
        });
      }),
  },
  {
    rule: 'response-to-nobody',
    code: 'P-ID-04',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/index',
    definition:
      'A response has an id that the other side has not used, the id of its request with another type (1 for "1"), or a result and no id.',
    wrongWhen:
      'The request was sent before the recording began, or by somebody else on the same connection. Silent where anything before it was lost.',
    confirm: 'Search the session for a request with this id.',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} answered what nobody had asked, ${times}.`
        : `${who} answered with the id of the request in another type, ${times}.`,
    watch: watchUnasked,
  },
  {
    rule: 'second-response',
    code: 'P-ID-05',
    version: 2,
    severity: 'high',
    revisions: EVERY,
    page: 'basic/index',
    definition:
      'A request that was answered is answered once more. What a resumed stream sends again does not count.',
    wrongWhen: 'A request with the same id was lost by the recorder.',
    confirm:
      'Compare both answers: the same content twice, or the answer to another request under its id.',
    says: ({ who, times }) => `${who} answered a request that it had answered before, ${times}.`,
    watch: watchSecondResponses,
  },
  {
    rule: 'answer-on-another-stream',
    code: 'P-ID-07',
    severity: 'high',
    revisions: stated('2025-03-26'),
    page: 'basic/transports/streamable-http',
    definition:
      'The server answered a request on another HTTP exchange than the one that brought it, and not on a stream that resumes it.',
    wrongWhen: 'Something between the server and the tap merges streams.',
    confirm: 'Compare the exchanges of the request and of the answer.',
    says: ({ who, times }) =>
      `${who} answered a request on another exchange than its own, ${times}.`,
    watch: watchStreams,
  },
]);

/** Calls `onSame` for each request whose id an earlier one of the same side, place and opening had. */
function watchSameId(onSame: (first: Call, second: Call) => void): Handlers {
  const asked = { client: createMemory<Id, Call>(), server: createMemory<Id, Call>() };
  /** Ids nearly always count up, and one above all before it is new. */
  const highest = { client: Number.NEGATIVE_INFINITY, server: Number.NEGATIVE_INFINITY };
  return {
    request(happening) {
      const { call, method } = happening;
      if (!call) return;
      const last = asked[call.from];
      const place = placeOf(happening);
      // Most ids are numbers on a pipe, which are found soonest as they are.
      const isPlain = place === PIPE && typeof call.id === 'number';
      const key = isPlain ? call.id : `${place} ${idKey(call.id)}`;
      const isAbove = typeof key === 'number' && key > highest[call.from];
      if (isAbove) highest[call.from] = key;
      const first = isAbove ? undefined : last.get(key);
      last.set(key, call);
      if (first) onSame(first, call);
      if (method !== 'initialize') return;
      // A client that opens anew counts anew.
      asked.client.clear();
      asked.server.clear();
    },
  };
}

const PIPE = 'pipe';

/** What shares one counter of ids: the pipe, one HTTP session, else only one exchange. */
function placeOf({ exchange, entry }: Happening): string {
  const number = exchange?.number ?? ('exchange' in entry ? entry.exchange : undefined);
  if (number === undefined) return PIPE;
  return headerOf(exchange?.opened, SESSION_HEADER) ?? `exchange ${number}`;
}

/** Of two requests with one id one was answered and one never: what came may be of either. */
function onlyAnswer(first: Call, second: Call): Shown[] {
  const [only, ...more] = [first.response, second.response].filter((one) => one !== undefined);
  return only && more.length === 0 ? [{ at: only, role: 'the only answer' }] : [];
}

function watchUnasked({ report }: Watching): Handlers {
  const asked = { client: createMemory<Id, true>(), server: createMemory<Id, true>() };
  return {
    request({ call }) {
      if (call) asked[call.from].set(call.id, true);
    },
    response({ from, value, call, ref, exchange }) {
      if (!from) return;
      const id = member(value, 'id');
      const shown = { at: ref, role: 'response', pointer: '/id' };
      if (call && isId(id)) {
        if (typeof id === typeof call.id) return;
        const evidence = [{ at: call.request, role: 'request', pointer: '/id' }, shown] as const;
        return report({ by: from, about: 'type', evidence: [...evidence] });
      }
      const side = asked[other(from)];
      const isUnasked = isId(id)
        ? !side.has(id) && !side.hasForgotten
        : exchange === undefined && member(value, 'result') !== undefined;
      if (isUnasked) report({ by: from, since: FROM_THE_START, evidence: [shown] });
    },
  };
}

function watchSecondResponses({ report }: Watching): Handlers {
  return {
    response({ from, call, ref, entry }) {
      const first = call?.response;
      if (!first || !from || !isEarlier(first, ref)) return;
      if (entry.type === 'message' && entry.resumes) return;
      report({
        by: from,
        evidence: [
          { at: call.request, role: 'request' },
          { at: first, role: 'first answer' },
          { at: ref, role: 'second answer' },
        ],
      });
    },
  };
}

function watchStreams({ report }: Watching): Handlers {
  /** By id: the newest request of the client with it. */
  const asked = createMemory<Id, Call>();
  return {
    request({ call }) {
      if (call?.from === 'client' && call.exchange !== undefined) asked.set(call.id, call);
    },
    response({ from, value, ref, exchange, call: answered }) {
      if (from !== 'server' || !exchange?.opened || exchange.isOlder) return;
      const id = member(value, 'id');
      if (!isId(id)) return;
      if (headerOf(exchange.opened, 'last-event-id') !== undefined) return;
      const call = answered ?? asked.get(id);
      if (call?.exchange === undefined || call.exchange === exchange.number) return;
      report({
        by: 'server',
        evidence: [
          { at: call.request, role: 'request' },
          { at: ref, role: 'answer on another exchange' },
        ],
      });
    },
  };
}
