/**
 * P-HTTP: what headers, statuses and streams say. That an exchange ended without its answer
 * (P-HTTP-07) is told by rules/failed-request.ts.
 */
import { type HttpEntry, headerOf } from '../../model/entry.ts';
import { member } from '../../model/json.ts';
import { isLoopback } from '../../model/loopback.ts';
import { idKey, isId } from '../../model/message.ts';
import { META } from '../../model/methods.ts';
import { readBlock } from '../../model/sse.ts';
import { SESSION_HEADER } from './exchanges.ts';
import { family, MODERN, stated } from './family.ts';
import { watchHeaders, watchRevisionHeader } from './http-headers.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Shown, Watching } from './protocol-rule.ts';

const PAGE = 'basic/transports/streamable-http';

export const HTTP: readonly ProtocolRule[] = family('http', [
  {
    rule: 'revision-header',
    code: 'P-HTTP-01',
    severity: 'high',
    revisions: stated('2025-06-18'),
    page: PAGE,
    definition:
      'A message of the client came without the header MCP-Protocol-Version, or (2026-07-28) with another revision in it than its _meta names.',
    wrongWhen: 'Something between the client and the tap takes headers away.',
    confirm: 'Look at the headers of the request.',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} sent a message without MCP-Protocol-Version, ${times}.`
        : `${who} named the revision ${about} in a header and another one in the message, ${times}.`,
    watch: watchRevisionHeader,
  },
  {
    rule: 'header-differs-from-body',
    code: 'P-HTTP-02',
    severity: 'high',
    revisions: MODERN,
    page: PAGE,
    definition:
      'Mcp-Method, Mcp-Name or a Mcp-Param header is missing, or says something else than the body; or the server served such a request, which it must refuse.',
    wrongWhen:
      'The tool was changed and the new list was not recorded. Values with secrets in them are not compared.',
    confirm: 'Compare the headers of the request with its body.',
    says: ({ by, who, about, times }) =>
      by === 'client'
        ? `${who} sent a request whose header ${about} does not say what its body does, ${times}.`
        : `${who} served a request whose header ${about} does not say what its body does, ${times}.`,
    watch: watchHeaders,
  },
  {
    rule: 'accept-or-accepted',
    code: 'P-HTTP-03',
    severity: 'high',
    revisions: stated('2025-03-26'),
    page: PAGE,
    definition:
      'A client posted a message without accepting both application/json and text/event-stream. Medium: a server took a notification or response with another status than 202.',
    wrongWhen: 'Something between the client and the tap changes headers.',
    confirm: 'Look at the header Accept of the request, and at the status.',
    says: ({ by, who, times }) =>
      by === 'client'
        ? `${who} does not accept both forms of an answer, ${times}.`
        : `${who} took a notification with another status than 202, ${times}.`,
    watch: watchAccept,
  },
  {
    rule: 'session-header',
    code: 'P-HTTP-04',
    severity: 'high',
    revisions: stated('2025-03-26'),
    page: PAGE,
    definition:
      'A client used a session after it was told by 404 that it is over. Medium: a session id in 2026-07-28, which has no sessions.',
    wrongWhen:
      'The request was on its way when 404 came. A request without its session id is recorded apart, and ids are recorded as hashes: whether one is missing, or has characters it must not have, does not show.',
    confirm: 'Compare the header Mcp-Session-Id of both requests.',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} used a session that it was told is over, ${times}.`
        : `${who} sent a session id in 2026-07-28, ${times}.`,
    watch: watchSessionIds,
  },
  {
    rule: 'message-on-wrong-stream',
    code: 'P-HTTP-05',
    severity: 'high',
    revisions: stated('2025-03-26'),
    page: PAGE,
    definition:
      'The server sent one request on two streams, or progress on the stream of another request. Progress is medium before 2026-07-28, which only advises against it.',
    wrongWhen:
      'Two requests of the server have one id by its own fault. Other notifications may be sent twice with reason, and are not judged.',
    confirm: 'Compare the exchanges of the messages.',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} sent progress on the stream of another request, ${times}.`
        : `${who} sent ${about} on two streams, ${times}.`,
    watch: watchRouting,
  },
  {
    rule: 'event-id-reused',
    code: 'P-HTTP-06',
    severity: 'high',
    revisions: stated('2025-03-26', '2025-11-25'),
    page: 'basic/transports',
    definition:
      'Two events of one session have the same id, or a resumed stream brought an event of another stream.',
    wrongWhen:
      'The stream was resumed in a way that was not recorded. Without session ids nobody knows whose streams they are, and nothing is said.',
    confirm: 'Search the session for the event id.',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} gave one event id to two events, ${times}.`
        : `${who} sent an event of another stream on a resumed one, ${times}.`,
    watch: watchEvents,
  },
  {
    rule: 'origin-not-refused',
    code: 'P-HTTP-08',
    severity: 'critical',
    revisions: stated('2025-03-26'),
    page: PAGE,
    definition: 'A server of this machine served a request that a page of another origin sent.',
    wrongWhen:
      'The server means to serve that origin. The HTTP tap refuses such requests itself, so this shows only in what was recorded otherwise.',
    confirm:
      'Send a request with the header Origin: https://example.com to the server itself; it must answer 403.',
    says: ({ who, about, times }) => `${who} served a request of the page ${about}, ${times}.`,
    watch: watchOrigins,
  },
]);

function watchAccept({ report }: Watching): Handlers {
  /** What an exchange brought: its first notification or response, or a request. */
  const brought = createMemory<number, { ref: Happening['ref']; hasRequest: boolean }>(10_000);
  const see = ({ from, ref, exchange }: Happening, hasRequest: boolean): void => {
    if (from !== 'client' || !exchange?.opened?.headers || exchange.isOlder) return;
    const known = brought.get(exchange.number);
    brought.set(exchange.number, { ref, hasRequest: hasRequest || known?.hasRequest === true });
    if (known || isAcceptingBoth(exchange.opened)) return;
    report({
      by: 'client',
      evidence: [
        { at: exchange.opened, role: 'headers' },
        { at: ref, role: 'message' },
      ],
    });
  };
  return {
    request: (happening) => see(happening, true),
    notification: (happening) => see(happening, false),
    response: (happening) => see(happening, false),
    http({ entry, exchange, ref }) {
      if (entry.type !== 'http' || entry.phase !== 'ended' || !exchange) return;
      const known = brought.get(exchange.number);
      const { status = 0 } = exchange.head ?? {};
      if (!known || known.hasRequest || status < 200 || status > 299 || status === 202) return;
      report({
        by: 'server',
        severity: 'medium',
        evidence: [
          { at: known.ref, role: 'message' },
          { at: exchange.head ?? ref, role: `status ${status}` },
        ],
      });
    },
  };
}

function isAcceptingBoth(opened: HttpEntry): boolean {
  const accept = (headerOf(opened, 'accept') ?? '').toLowerCase();
  const accepts = (type: string, subtype: string): boolean =>
    [`${type}/${subtype}`, `${type}/*`, '*/*'].some((one) => accept.includes(one));
  return accepts('application', 'json') && accepts('text', 'event-stream');
}

/** A request may have been on its way when 404 came, in µs. */
const GRACE = 100_000;

function watchSessionIds({ report }: Watching): Handlers {
  /** Where a session was told to be over, by its hash and path. */
  const over = createMemory<string, HttpEntry>(10_000);
  const keyOf = ({ path }: HttpEntry, session: string): string => `${session} ${path ?? ''}`;
  const modern = (by: 'client' | 'server', entry: HttpEntry): void => {
    if (headerOf(entry, SESSION_HEADER) === undefined) return;
    report({
      by,
      about: 'modern',
      severity: 'medium',
      evidence: [{ at: entry, role: 'header with a session id' }],
    });
  };
  const legacy = (entry: HttpEntry, opened: HttpEntry): void => {
    const session = headerOf(opened, SESSION_HEADER);
    if (session === undefined) return;
    if (entry.status === 404) over.set(keyOf(opened, session), entry);
    const end = entry === opened ? over.get(keyOf(opened, session)) : undefined;
    if (!end || entry.at < end.at + GRACE || entry.method === 'DELETE') return;
    const evidence: [Shown, ...Shown[]] = [
      { at: end, role: 'end of the session' },
      { at: opened, role: 'later use' },
    ];
    report({ by: 'client', evidence });
  };
  return {
    http({ entry, exchange, revision }) {
      if (entry.type !== 'http' || entry.phase === 'ended' || !exchange?.opened) return;
      if (revision === '2026-07-28') modern(entry.phase === 'head' ? 'server' : 'client', entry);
      else legacy(entry, exchange.opened);
    },
  };
}

function watchRouting({ report }: Watching): Handlers {
  /** The newest requests of the server, by id. */
  const asked = createMemory<string, { exchange: number; text: string; at: Happening['ref'] }>(
    1000,
  );
  /** The progress tokens that an exchange brought. */
  const tokens = createMemory<number, string[]>(10_000);
  return {
    request({ from, call, value, entry, exchange, ref, method = '' }) {
      if (!call || !exchange?.opened || exchange.isOlder || entry.type !== 'message') return;
      const { number } = exchange;
      if (from === 'client') {
        const token = member(value, 'params', '_meta', META.progressToken);
        const own = tokens.get(number) ?? [];
        if (isId(token)) own.push(idKey(token));
        return tokens.set(number, own);
      }
      if (isResumed(exchange.opened)) return;
      const before = asked.get(idKey(call.id));
      asked.set(idKey(call.id), { exchange: number, text: entry.text, at: ref });
      if (!before || before.exchange === number || before.text !== entry.text) return;
      report({
        by: 'server',
        about: method,
        evidence: [
          { at: before.at, role: 'request' },
          { at: ref, role: 'same request on another stream' },
        ],
      });
    },
    'notification notifications/progress'({ from, value, ref, exchange, revision }) {
      const token = member(value, 'params', 'progressToken');
      const own = exchange && tokens.get(exchange.number);
      if (from !== 'server' || !exchange?.opened || !own || !isId(token)) return;
      // Of tasks anything may come on any stream (2025-11-25, basic/utilities/tasks).
      const isOfTask = member(value, 'params', '_meta', META.relatedTask) !== undefined;
      if (own.includes(idKey(token)) || isOfTask) return;
      report({
        by: 'server',
        severity: revision === '2026-07-28' ? 'high' : 'medium',
        evidence: [
          { at: exchange.opened, role: 'exchange of another request' },
          { at: ref, role: 'progress', pointer: '/params/progressToken' },
        ],
      });
    },
  };
}

function isResumed(opened: HttpEntry): boolean {
  return headerOf(opened, 'last-event-id') !== undefined;
}

function watchEvents({ report, isOneClient }: Watching): Handlers {
  const known = createMemory<string, { stream: number; at: Happening['ref'] }>();
  const see = ({ from, entry, exchange, ref }: Happening): void => {
    if (from !== 'server' || !exchange?.opened || (ref.item ?? 0) > 0) return;
    const id = eventIn(entry);
    const resumed = isResumed(exchange.opened);
    const origin = 'resumes' in entry ? entry.resumes?.exchange : undefined;
    if (!id || exchange.isOlder || (resumed && origin === undefined)) return;
    const stream = origin ?? exchange.number;
    const first = known.get(id);
    if (!first) known.set(id, { stream, at: ref });
    if (!first || !isOneClient() || (resumed && first.stream === stream)) return;
    report({
      by: 'server',
      ...(resumed ? { about: 'resumed' } : {}),
      evidence: [
        { at: first.at, role: 'event' },
        { at: ref, role: 'event with its id' },
      ],
    });
  };
  return { request: see, response: see, notification: see, invalid: see, frame: see };
}

function eventIn(entry: Happening['entry']): string | undefined {
  if (entry.type === 'message') return entry.sse?.id;
  return entry.type === 'frame' && entry.why === 'sse' ? readBlock(entry.text ?? '').id : undefined;
}

function watchOrigins({ session, report }: Watching): Handlers {
  const upstream = session.head?.upstream ?? '';
  if (!URL.canParse(upstream) || !isLoopback(new URL(upstream).origin)) return {};
  return {
    http({ entry, exchange }) {
      const origin = headerOf(exchange?.opened, 'origin');
      if (entry.type !== 'http' || entry.phase !== 'head' || !exchange?.opened) return;
      const { status = 0 } = entry;
      if (origin === undefined || isLoopback(origin) || status < 200 || status > 299) return;
      report({
        by: 'server',
        about: origin,
        evidence: [
          { at: exchange.opened, role: 'request with the origin' },
          { at: entry, role: `status ${status}` },
        ],
      });
    },
  };
}
