/** What is known of a session before its spans are made, one after the other. */
import { type HttpEntry, headerOf, type MessageEntry } from '../entry.ts';
import { type Before, earlierCalls } from '../logical-call.ts';
import type { Call, WholeView } from '../session.ts';
import { contextIn, type TraceContext } from '../trace-context.ts';
import { addressOf, shared } from './attributes.ts';
import { spanIdOf, traceIdOf } from './identity.ts';
import type { ToSpans } from './options.ts';
import { mayShow, notePayloads, type Payload } from './payloads.ts';
import type { Attributes, SpanContext } from './span.ts';

/** The options, all decided. */
type Options = Required<ToSpans>;

export interface Making {
  readonly view: WholeView;
  readonly options: Options;
  /** What every span of the session says. */
  readonly common: Attributes;
  /** The span of the session. */
  readonly own: SpanContext;
  /** The context in the headers of an exchange. */
  readonly headers: ReadonlyMap<number, TraceContext>;
  /** By the seq of a request: the context that its tap put into what it passed on. */
  readonly propagated: ReadonlyMap<number, TraceContext>;
  /** When the entries stand that broke something, by seq. */
  readonly times: ReadonlyMap<number, number>;
  /** What there is to show of each message, by its reference. */
  readonly payloads: ReadonlyMap<string, Payload>;
  /** The call that one goes on with: its round, task or retry before it. */
  readonly before: ReadonlyMap<Call, Before>;
  /** The contexts of the requests made so far, for whatever belongs to them. */
  readonly made: Map<Call, SpanContext>;
}

export function makingOf(view: WholeView, given: ToSpans): Making {
  const { session } = view;
  const options: Options = {
    parent: 'remote',
    side: 'server',
    runAt: () => session.id,
    urlOf: () => undefined,
    payloads: undefined,
    ...given,
  };
  return {
    view,
    options,
    common: { ...shared(session), ...(options.side === 'client' ? addressOf(session) : {}) },
    own: sessionContext(view, options),
    ...readEntries(view, options),
    before: earlierCalls(view),
    made: new Map(),
  };
}

/** A server that was started inside a trace is part of it. */
function sessionContext({ session }: WholeView, { parent, runAt }: Options): SpanContext {
  const outer = parent === 'remote' ? contextIn(session.head?.traceparent) : undefined;
  return { traceId: outer?.traceId ?? traceIdOf(runAt(0), 0), spanId: spanIdOf(session.id) };
}

type Read = Pick<Making, 'headers' | 'propagated' | 'times' | 'payloads'>;

function readEntries({ moments, session }: WholeView, options: Options): Read {
  const payloads = new Map<string, Payload>();
  const shown = mayShow(session) ? options.payloads : undefined;
  const headers = new Map<number, TraceContext>();
  const propagated = new Map<number, TraceContext>();
  const times = new Map<number, number>();
  const broken = new Set(session.anomalies.map(({ seq }) => seq));
  const note = <K>(map: Map<K, TraceContext>, key: K, context: TraceContext | undefined): void => {
    if (context) map.set(key, context);
  };
  for (const { entry } of moments) {
    if (broken.has(entry.seq)) times.set(entry.seq, entry.at);
    if (entry.type === 'message') note(propagated, entry.seq, passedOn(entry));
    if (entry.type === 'message' && shown) notePayloads(payloads, entry, shown);
    if (entry.type === 'http' && entry.phase === 'opened')
      note(headers, entry.exchange, inHeaders(entry));
  }
  return { headers, propagated, times, payloads };
}

function passedOn({ propagated }: MessageEntry): TraceContext | undefined {
  return contextIn(propagated);
}

function inHeaders(entry: HttpEntry): TraceContext | undefined {
  return contextIn(headerOf(entry, 'traceparent'), headerOf(entry, 'tracestate'));
}

/** Nanoseconds since 1970 of a moment of the session. */
export function timeOf({ view }: Making, at: number): bigint {
  const wall = Date.parse(view.session.head?.clock.wall ?? '') || 0;
  return BigInt(wall) * 1_000_000n + BigInt(Math.round(at)) * 1000n;
}
