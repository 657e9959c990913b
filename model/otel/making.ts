/** What is known of a session while its spans are made, entry by entry. */
import { type Entry, headerOf } from '../entry.ts';
import type { Call, Session, SessionView } from '../session.ts';
import { contextIn, type TraceContext } from '../trace-context.ts';
import { addressOf, shared, type UrlOf } from './attributes.ts';
import { spanIdOf, traceIdOf } from './identity.ts';
import type { Place } from './place.ts';
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
  /** The session as far as it went; values of calls that are open, and of the entry at hand. */
  readonly view: SessionView;
  readonly options: Required<ToSpans>;
  /** What every span of the session says, as far as it is known. */
  readonly common: Attributes;
  /** The span of the session. */
  readonly own: SpanContext;
  /** The context that the tap put into what the entry at hand passed on. */
  readonly passedOn: TraceContext | undefined;
  /** When the entry at hand crossed. */
  readonly at: number;
  /** The contexts in the headers of the exchanges that are open. */
  readonly headers: ReadonlyMap<number, TraceContext>;
  /** Where the spans of requests belong. */
  readonly places: WeakMap<Call, Place>;
}

export interface Makings {
  readonly making: Making;
  /** The entry at hand is this one; the session has taken it. */
  turnTo(entry: Entry): void;
}

export function createMakings(view: SessionView, given: ToSpans): Makings {
  const { session } = view;
  const headers = new Map<number, TraceContext>();
  let at = 0;
  let passedOn: TraceContext | undefined;
  let options: Required<ToSpans> | undefined;
  let own: SpanContext | undefined;
  let said: { readonly by: readonly unknown[]; readonly common: Attributes } | undefined;

  /** By the opening entry, which comes first where there is one. */
  const optionsNow = (): Required<ToSpans> => {
    options ??= optionsOf(session, given);
    return options;
  };
  return {
    making: {
      view,
      headers,
      places: new WeakMap(),
      get options() {
        return optionsNow();
      },
      get own() {
        own ??= sessionContext(session, optionsNow());
        return own;
      },
      get common() {
        const by = [session.revision, session.server, session.client];
        if (!said || by.some((one, index) => one !== said?.by[index])) {
          said = { by, common: commonOf(session, optionsNow()) };
        }
        return said.common;
      },
      get at() {
        return at;
      },
      get passedOn() {
        return passedOn;
      },
    },
    turnTo(entry) {
      at = entry.at;
      passedOn = entry.type === 'message' ? contextIn(entry.propagated) : undefined;
      if (entry.type !== 'http') return;
      const { exchange, phase } = entry;
      if (phase === 'ended') headers.delete(exchange);
      const context =
        phase === 'opened'
          ? contextIn(headerOf(entry, 'traceparent'), headerOf(entry, 'tracestate'))
          : undefined;
      if (context) headers.set(exchange, context);
    },
  };
}

function optionsOf({ id, head }: Session, given: ToSpans): Required<ToSpans> {
  return {
    parent: 'remote',
    side: 'server',
    runAt: () => id,
    urlOf: () => undefined,
    ...given,
    // Spans that were sent while it went on must find these.
    ...(head?.otlp ? { parent: head.otlp.parent, runAt: () => id } : {}),
  };
}

function commonOf(session: Session, { side }: Required<ToSpans>): Attributes {
  return { ...shared(session), ...(side === 'client' ? addressOf(session) : {}) };
}

/** A server that was started inside a trace is part of it. */
function sessionContext({ id, head }: Session, { parent, runAt }: Required<ToSpans>): SpanContext {
  const outer = parent === 'remote' ? contextIn(head?.traceparent) : undefined;
  return { traceId: outer?.traceId ?? traceIdOf(runAt(0), 0), spanId: spanIdOf(id) };
}

/** Nanoseconds since 1970 of a moment of the session. */
export function timeOf({ view }: Making, at: number): bigint {
  const wall = Date.parse(view.session.head?.clock.wall ?? '') || 0;
  return BigInt(wall) * 1_000_000n + BigInt(Math.round(at)) * 1000n;
}
