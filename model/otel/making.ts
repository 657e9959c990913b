/** What is known of a session while its spans are made, entry by entry. */
import { type Entry, headerOf } from '../entry.ts';
import type { Call, MessageRef, Session, SessionView } from '../session.ts';
import { contextIn, type TraceContext } from '../trace-context.ts';
import { addressOf, shared } from './attributes.ts';
import type { ToSpans } from './options.ts';
import { mayShow, type Payload, payloadIn } from './payloads.ts';
import type { Place } from './place.ts';
import { liveRunAt } from './runs.ts';
import type { Attributes } from './span.ts';
import { createTraces, type Traces } from './traces.ts';

/** The options, all decided. */
type Options = Required<ToSpans>;

export interface Making {
  /** The session as far as it went; values of calls that are open, and of the entry at hand. */
  readonly view: SessionView;
  readonly options: Options;
  /** What every span of the session says, as far as it is known. */
  readonly common: Attributes;
  /** Where the server is, for what its client reports of asking it. */
  readonly address: Attributes;
  readonly traces: Traces;
  /** The context that the tap put into what the entry at hand passed on. */
  readonly passedOn: TraceContext | undefined;
  /** When the session began, in nanoseconds since 1970. */
  readonly began: bigint;
  /** When the entry at hand crossed. */
  readonly at: number;
  /** The context in the headers of the exchange that the entry at hand came in. */
  readonly beside: TraceContext | undefined;
  /** Where the spans of requests belong. */
  readonly places: WeakMap<Call, Place>;
  /** What there is to show of what calls were asked with. */
  readonly asked: WeakMap<Call, Payload>;
  /** What there is to show of a message of the entry at hand. */
  payload(ref: MessageRef): Payload | undefined;
}

export interface Makings {
  readonly making: Making;
  /** The entry at hand is this one; the session has taken it. */
  turnTo(entry: Entry): void;
}

export function createMakings(view: SessionView, given: ToSpans): Makings {
  const { session } = view;
  const headers = new Map<number, TraceContext>();
  let now: Entry | undefined;
  let passedOn: TraceContext | undefined;
  let options: Options | undefined;
  let began: bigint | undefined;
  let said: { readonly by: readonly unknown[]; readonly common: Attributes } | undefined;

  /** By the opening entry, which comes first where there is one. */
  const optionsNow = (): Options => {
    options ??= optionsOf(session, given);
    return options;
  };
  const making: Making = {
    view,
    get traces() {
      return traces;
    },
    places: new WeakMap(),
    asked: new WeakMap(),
    payload({ seq, item }) {
      const { payloads } = optionsNow();
      if (payloads === undefined || now?.type !== 'message' || now.seq !== seq) return undefined;
      return mayShow(session) ? payloadIn(now, item, payloads) : undefined;
    },
    get options() {
      return optionsNow();
    },
    get began() {
      began ??= BigInt(Date.parse(session.head?.clock.wall ?? '') || 0) * 1_000_000n;
      return began;
    },
    get address() {
      return optionsNow().side === 'client' ? addressOf(session) : {};
    },
    get common() {
      const by = [session.revision, session.server, session.client];
      if (!said || by.some((one, index) => one !== said?.by[index])) {
        said = { by, common: shared(session) };
      }
      return said.common;
    },
    get beside() {
      const exchange = now?.type === 'message' ? now.exchange : undefined;
      return exchange === undefined ? undefined : headers.get(exchange);
    },
    get at() {
      return now?.at ?? 0;
    },
    get passedOn() {
      return passedOn;
    },
  };
  const traces = createTraces(session, making);
  return {
    making,
    turnTo(entry) {
      now = entry;
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

function optionsOf({ id, head }: Session, given: ToSpans): Options {
  return {
    parent: 'remote',
    side: 'server',
    runAt: () => id,
    urlOf: () => undefined,
    payloads: undefined,
    ...given,
    // Spans that were sent while it went on must find these.
    ...(head?.otlp ? { parent: head.otlp.parent, runAt: liveRunAt(id, head) } : {}),
  };
}

/** Nanoseconds since 1970 of a moment of the session. */
export function timeOf({ began }: Making, at: number): bigint {
  return began + BigInt(Math.round(at)) * 1000n;
}
