/** P-LIF-01 to 06: how a session is opened before 2026-07-28, and what is agreed then. */
import { textMember } from '../../model/json.ts';
import type { Call, MessageRef, Session } from '../../model/session.ts';
import { isEarlier } from './calls.ts';
import { family, LEGACY } from './family.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Watching,
} from './protocol-rule.ts';

export const LIFECYCLE: readonly ProtocolRule[] = family('lifecycle', [
  {
    rule: 'message-before-initialize',
    code: 'P-LIF-01',
    severity: 'high',
    revisions: LEGACY,
    page: 'basic/lifecycle',
    definition: 'The client sent something else than ping before it sent initialize.',
    wrongWhen:
      'The client spoke to another server process first. Over HTTP sessions begin with initialize, and nothing is said.',
    confirm: 'Look at the first messages of the session.',
    says: ({ who, about, times }) => `${who} sent ${about} before initialize, ${times}.`,
    watch: watchFirst,
  },
  {
    rule: 'second-initialize',
    code: 'P-LIF-02',
    severity: 'high',
    revisions: LEGACY,
    page: 'basic/lifecycle',
    definition:
      'The client sent initialize once more in a session in which the server had accepted one.',
    wrongWhen: 'The server process was replaced by another one behind the same pipe.',
    confirm: 'Search the session for initialize.',
    says: ({ who, times }) => `${who} opened the session again, ${times}.`,
    watch: watchSecond,
  },
  {
    rule: 'request-before-ready',
    code: 'P-LIF-03',
    severity: 'medium',
    revisions: LEGACY,
    page: 'basic/lifecycle',
    definition:
      'The client asked something else than ping before initialize was answered, or the server did before it was told notifications/initialized.',
    wrongWhen: 'Both messages were on their way at the same time.',
    confirm: 'Compare the place of the request with that of the handshake.',
    says: ({ who, about, times }) => `${who} sent ${about} before the session was open, ${times}.`,
    watch: watchEarly,
  },
  {
    rule: 'initialized-missing',
    code: 'P-LIF-04',
    severity: 'high',
    revisions: LEGACY,
    page: 'basic/lifecycle',
    definition:
      'The client never sent notifications/initialized in a session that it used and that is over, or sent it before initialize was answered.',
    wrongWhen:
      'The notification took another way than the requests. Silent where anything of the client was lost.',
    confirm: 'Search the session for notifications/initialized.',
    says: ({ who, about }) =>
      about === ''
        ? `${who} used the session without notifications/initialized.`
        : `${who} sent notifications/initialized before the answer to initialize.`,
    watch: watchInitialized,
  },
  {
    rule: 'revision-too-new',
    code: 'P-LIF-05',
    severity: 'high',
    revisions: LEGACY,
    page: 'basic/lifecycle',
    definition:
      'The server answered initialize with a newer revision than the client asked for, and the client went on.',
    wrongWhen: 'The client speaks newer revisions than the one it asked for.',
    confirm: 'Compare the protocolVersion of both messages.',
    says: ({ who, about, times }) =>
      `${who} went on in ${about}, which is newer than what it asked for, ${times}.`,
    watch: watchAgreement,
  },
  {
    rule: 'initialize-cancelled',
    code: 'P-LIF-06',
    severity: 'high',
    revisions: LEGACY,
    page: 'basic/utilities/cancellation',
    definition: 'The client cancelled its initialize request.',
    wrongWhen: 'The cancellation means another request that has the same id.',
    confirm: 'Compare the requestId of the cancellation with the id of initialize.',
    says: ({ who, times }) => `${who} cancelled initialize, ${times}.`,
    watch: ({ report }) => ({
      'notification notifications/cancelled'({ from, call, ref }) {
        if (from !== 'client' || call?.method !== 'initialize') return;
        report({
          by: 'client',
          evidence: [
            { at: call.request, role: 'initialize' },
            { at: ref, role: 'cancellation' },
          ],
        });
      },
    }),
  },
]);

const FREE = new Set(['ping', 'initialize', 'notifications/cancelled']);

const isOpening = ({ from, method }: Call): boolean => from === 'client' && method === 'initialize';

/** The first initialize that the server accepted. */
function acceptedIn({ calls }: Session): Call | undefined {
  return calls.find((call) => isOpening(call) && call.outcome === 'result');
}

function initializedIn({ notifications }: Session): MessageRef | undefined {
  return notifications.find(
    ({ from, method }) => from === 'client' && method === 'notifications/initialized',
  )?.ref;
}

function watchFirst({ session, report }: Watching): Handlers {
  const opening = session.calls.find(isOpening);
  if (!opening || session.head?.transport === 'http') return {};
  const see = ({ method = '', from, ref }: Happening): void => {
    if (from !== 'client' || FREE.has(method) || !isEarlier(ref, opening.request)) return;
    report({
      by: 'client',
      about: method,
      since: FROM_THE_START,
      evidence: [
        { at: ref, role: 'message' },
        { at: opening.request, role: 'initialize' },
      ],
    });
  };
  return { request: see, notification: see };
}

function watchSecond({ session, report }: Watching): Handlers {
  const first = acceptedIn(session);
  return {
    'request initialize'({ call, ref }) {
      if (!first?.response || call?.from !== 'client' || !isEarlier(first.response, ref)) return;
      report({
        by: 'client',
        evidence: [
          { at: first.request, role: 'initialize' },
          { at: ref, role: 'second initialize' },
        ],
      });
    },
  };
}

function watchEarly({ session, report }: Watching): Handlers {
  const opening = session.calls.find(isOpening);
  const initialized = initializedIn(session);
  const isTooEarly = ({ from, ref }: Happening): boolean => {
    if (!opening) return false;
    const ready = from === 'client' ? opening.response : initialized;
    return isEarlier(opening.request, ref) && (!ready || isEarlier(ref, ready));
  };
  return {
    request(happening) {
      const { from, method = '', ref } = happening;
      if (!opening || !from || FREE.has(method) || !isTooEarly(happening)) return;
      report({
        by: from,
        about: method,
        evidence: [
          { at: opening.request, role: 'initialize' },
          { at: ref, role: 'request' },
        ],
      });
    },
  };
}

function watchInitialized({ session, isHole, report }: Watching): Handlers {
  let accepted: Happening | undefined;
  return {
    'response initialize'(happening) {
      if (happening.call?.outcome === 'result') accepted ??= happening;
    },
    over() {
      if (!accepted) return;
      const { ref } = accepted;
      const initialized = initializedIn(session);
      const answer = { at: ref, role: 'answer to initialize' };
      if (initialized && isEarlier(initialized, ref)) {
        report({
          by: 'client',
          about: 'early',
          evidence: [{ at: initialized, role: 'initialized' }, answer],
        });
      }
      const isOver = session.phase === 'ended' && !session.cutOff;
      if (initialized || !isOver || isHole(FROM_THE_START, Infinity, 'client')) return;
      const used = session.calls.find(
        ({ from, method, request }) =>
          from === 'client' && !FREE.has(method) && isEarlier(ref, request),
      );
      if (!used) return;
      const evidence = [answer, { at: used.request, role: 'first request' }] as const;
      report({ by: 'client', since: FROM_THE_START, evidence: [...evidence] });
    },
  };
}

const DATE = /^\d{4}-\d\d-\d\d$/;

function watchAgreement({ session, report }: Watching): Handlers {
  const accepted = acceptedIn(session);
  let asked: string | undefined;
  return {
    'request initialize'({ value }) {
      asked = textMember(value, 'params', 'protocolVersion');
    },
    'response initialize'({ value, call, ref }) {
      const given = textMember(value, 'result', 'protocolVersion');
      if (call !== accepted || !call || asked === undefined || given === undefined) return;
      if (!DATE.test(asked) || !DATE.test(given) || given <= asked) return;
      const later = session.calls.find(
        ({ from, request }) => from === 'client' && isEarlier(ref, request),
      );
      if (!later) return;
      report({
        by: 'client',
        about: given,
        evidence: [
          { at: call.request, role: 'revision asked for', pointer: '/params/protocolVersion' },
          { at: ref, role: 'revision given', pointer: '/result/protocolVersion' },
          { at: later.request, role: 'first request after it' },
        ],
      });
    },
  };
}
