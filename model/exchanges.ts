/**
 * What the HTTP exchanges of a session say about the calls in them: the trace they are part of, and
 * what it means for a call that its exchange ended without its answer.
 */
import { type FrameEntry, type HttpEntry, headerOf, type MessageEntry } from './entry.ts';
import { type Era, eraOf, LISTEN } from './methods.ts';
import type { Call, ExchangeEnd, Session } from './session.ts';
import { readBlock } from './sse.ts';
import { contextIn, type TraceContext } from './trace-context.ts';
import type { CallEvent } from './transitions.ts';

interface Exchange {
  readonly context: TraceContext | undefined;
  readonly era: Era | undefined;
  /** Those that are over are dropped now and then. */
  readonly calls: Call[];
  /** Its stream goes on where another broke off. */
  readonly resumes: boolean;
  status?: number;
  isStream?: boolean;
  /** It is the stream of the older transport. */
  isOlder?: boolean;
  /** Its stream told ids of events, behind which another may go on. */
  hasEvents?: boolean;
  /** Something came from the server of which not enough was kept: the answer may be in there. */
  hasUnread?: boolean;
  /** How many calls it may have before those that are over are dropped. */
  swept?: number;
}

/** A call whose exchange ended without its answer. undefined: it may yet be answered elsewhere. */
export type Unanswered = readonly [call: Call, event: CallEvent | undefined];

export interface Exchanges {
  /** Takes an entry; at the end of an exchange gives its calls that have no answer. */
  apply(entry: HttpEntry, session: Session): readonly Unanswered[];
  /** The context that the headers of an exchange name. */
  contextOf(exchange: number | undefined): TraceContext | undefined;
  /** Whether it is the stream of the older transport, which like a pipe has what is about any call. */
  isOlder(exchange: number | undefined): boolean;
  add(call: Call, era: Era | undefined): void;
  /** Takes what crossed on an exchange, for what it tells of its stream. */
  see(entry: MessageEntry | FrameEntry): void;
}

export function createExchanges(): Exchanges {
  const open = new Map<number, Exchange>();
  /** The stream of the older transport (HTTP+SSE, 2024-11-05), which brings all answers. */
  let older: Exchange | undefined;

  const begin = (entry: HttpEntry, session: Session): void => {
    const revision = headerOf(entry, 'mcp-protocol-version');
    const context = contextIn(headerOf(entry, 'traceparent'));
    const resumes = headerOf(entry, 'last-event-id') !== undefined;
    const era = revision === undefined ? session.era : eraOf(revision);
    if (resumes) session.resumedCount++;
    open.set(entry.exchange, { context, era, calls: [], resumes });
  };

  const end = (known: Exchange, entry: HttpEntry, session: Session): readonly Unanswered[] => {
    open.delete(entry.exchange);
    if (known.resumes) session.resumedCount--;
    if (known === older) older = undefined;
    const waiting = known.calls.filter(({ state }) => state === 'open');
    return waiting.map((call) => {
      call.exchangeEnd = endOf(known, entry, isAnswerLost(call, session));
      const event = eventOf(known, call, older !== undefined);
      if (event === undefined && !known.isStream && older) addTo(older, call);
      return [call, event];
    });
  };

  return {
    contextOf: (exchange) => (exchange === undefined ? undefined : open.get(exchange)?.context),
    isOlder: (exchange) => exchange !== undefined && open.get(exchange)?.isOlder === true,
    add(call, era) {
      const { exchange } = call;
      if (exchange === undefined) return;
      const known = open.get(exchange);
      if (known) addTo(known, call);
      // In-process taps tell only how an exchange ended.
      else open.set(exchange, { context: undefined, era, calls: [call], resumes: false });
    },
    see(entry) {
      const known = open.get(entry.exchange ?? -1);
      if (!known || entry.from === 'client') return;
      const { id, event } = blockOf(entry);
      if (id) known.hasEvents = true;
      if (event === 'endpoint') {
        known.isOlder = true;
        older = known;
      }
      known.hasUnread ||= isUnread(entry);
    },
    apply(entry, session) {
      const known = open.get(entry.exchange);
      if (entry.phase === 'opened') begin(entry, session);
      else if (entry.phase === 'head' && known) {
        if (entry.status !== undefined) known.status = entry.status;
        known.isStream = /^text\/event-stream/i.test(headerOf(entry, 'content-type') ?? '');
      } else if (entry.phase === 'ended' && known) return end(known, entry, session);
      return [];
    },
  };
}

/** A stream may last for days: once it has twice as many calls as it had open, those that are over are dropped. */
function addTo(exchange: Exchange, call: Call): void {
  const { calls, swept = MANY } = exchange;
  calls.push(call);
  if (calls.length < swept) return;
  calls.splice(0, calls.length, ...calls.filter(({ state }) => state === 'open'));
  exchange.swept = 2 * calls.length + MANY;
}

const MANY = 64;

function blockOf(entry: MessageEntry | FrameEntry): { id?: string; event?: string } {
  if (entry.type === 'message') return entry.sse ?? {};
  return entry.why === 'sse' ? readBlock(entry.text ?? '') : {};
}

function isUnread(entry: MessageEntry | FrameEntry): boolean {
  if (entry.type === 'message') return entry.value === undefined;
  return entry.why === 'over-cap' || entry.why === 'metadata-only';
}

/** Entries were lost since the call was asked, and its answer may have been among them. */
function isAnswerLost({ request }: Call, { gaps }: Session): boolean {
  return (gaps.at(-1)?.seq ?? -1) > request.seq;
}

/** Nobody reads more of why an exchange ended. */
const LONGEST_REASON = 200;

function endOf(
  { status, isStream, hasUnread }: Exchange,
  { seq, at, ended = '', reason }: HttpEntry,
  isLost: boolean,
): ExchangeEnd {
  return {
    seq,
    at,
    ended: ended.slice(0, LONGEST_REASON),
    ...(status === undefined ? undefined : { status }),
    ...(reason === undefined ? undefined : { reason: reason.slice(0, LONGEST_REASON) }),
    ...(isStream ? { isStream } : undefined),
    ...(hasUnread || isLost ? { isHidden: true } : undefined),
  };
}

/**
 * In 2026-07-28 closing the stream of a response cancels its call (basic/patterns/cancellation), and
 * nothing is resumed. Before that a client that closes has given up as well, unless it can go on: a
 * stream that told ids of events may be resumed (basic/transports, "Resumability"), and over HTTP+SSE
 * (2024-11-05) an accepted request is answered on another exchange.
 */
function eventOf(exchange: Exchange, call: Call, hasOlder: boolean): CallEvent | undefined {
  const { exchangeEnd: end, method, from } = call;
  if (end?.ended === 'tap-closed') return 'end';
  if (exchange.era !== 'modern' && mayGoOn(exchange, end?.ended, hasOlder)) return undefined;
  if (from === 'server') return 'end';
  if (end?.ended === 'client-closed') return 'cancel';
  // A subscription has no answer before it is over.
  const isOver = method === LISTEN && !isRefused(exchange, end?.ended);
  return end?.isHidden || isOver ? 'end' : 'fail';
}

function mayGoOn(exchange: Exchange, ended: string | undefined, hasOlder: boolean): boolean {
  const { isStream, isOlder, hasEvents, status } = exchange;
  if (isOlder || isRefused(exchange, ended)) return false;
  return hasOlder || status === 202 || (isStream === true && hasEvents === true);
}

function isRefused({ status }: Exchange, ended: string | undefined): boolean {
  return status === undefined ? ended === 'unreachable' : status >= 300;
}

/** How an exchange ended, in a few words: `HTTP 500`, `no answer: connection refused`. */
export function howEnded({ ended, status, reason }: ExchangeEnd): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  if (ended === 'client-closed') return 'the client closed its connection';
  if (status !== undefined && status >= 300) return `HTTP ${status}`;
  if (ended === 'unreachable') return `no answer${why}`;
  const head = status === undefined ? '' : `HTTP ${status}, `;
  if (ended === 'server-closed') return `${head}then the connection broke`;
  return ended === 'complete' ? `${head}without the answer` : `${head}${ended}${why}`;
}
