/** What is known of a session before its spans are made, one after the other. */
import { type HttpEntry, headerOf, type MessageEntry } from '../entry.ts';
import { type Before, earlierCalls } from '../logical-call.ts';
import type { Call, WholeView } from '../session.ts';
import { contextIn, type TraceContext } from '../trace-context.ts';
import { addressOf, shared, type UrlOf } from './attributes.ts';
import { spanIdOf, traceIdOf } from './identity.ts';
import type { Attributes, SpanContext } from './span.ts';

export interface ToSpans {
  /** What a caller's context is: the parent of its span, or only linked. `remote` when left out. */
  readonly parent?: 'remote' | 'link';
  /** Whose spans these are; `server` when left out. */
  readonly side?: 'server' | 'client';
  /** The run of a moment, in µs of the session's clock; the session itself when left out. */
  readonly runAt?: (at: number) => string;
  /** Opens a message in the page. */
  readonly urlOf?: UrlOf;
}

export interface Making {
  readonly view: WholeView;
  readonly options: Required<ToSpans>;
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
  /** The call that one goes on with: its round, task or retry before it. */
  readonly before: ReadonlyMap<Call, Before>;
  /** The contexts of the requests made so far, for whatever belongs to them. */
  readonly made: Map<Call, SpanContext>;
}

export function makingOf(view: WholeView, given: ToSpans): Making {
  const { session } = view;
  const live = session.head?.otlp;
  const options: Required<ToSpans> = {
    parent: 'remote',
    side: 'server',
    runAt: () => session.id,
    urlOf: () => undefined,
    ...given,
    // Spans that were sent while it went on must find these.
    ...(live ? { parent: live.parent, runAt: () => session.id } : {}),
  };
  return {
    view,
    options,
    common: { ...shared(session), ...(options.side === 'client' ? addressOf(session) : {}) },
    own: sessionContext(view, options),
    ...readEntries(view),
    before: earlierCalls(view),
    made: new Map(),
  };
}

/** A server that was started inside a trace is part of it. */
function sessionContext({ session }: WholeView, { parent, runAt }: Required<ToSpans>): SpanContext {
  const outer = parent === 'remote' ? contextIn(session.head?.traceparent) : undefined;
  return { traceId: outer?.traceId ?? traceIdOf(runAt(0), 0), spanId: spanIdOf(session.id) };
}

function readEntries({
  moments,
  session,
}: WholeView): Pick<Making, 'headers' | 'propagated' | 'times'> {
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
    if (entry.type === 'http' && entry.phase === 'opened')
      note(headers, entry.exchange, inHeaders(entry));
  }
  return { headers, propagated, times };
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
