/** In which trace a session and what it says are, where no caller of a message said so. */
import type { Session } from '../session.ts';
import { contextIn, type TraceContext } from '../trace-context.ts';
import { isInFirstTrace, spanIdOf, traceIdOf } from './identity.ts';
import type { ToSpans } from './options.ts';
import type { SpanContext } from './span.ts';

export interface Traces {
  /** The context that the server was started in. */
  readonly outer: TraceContext | undefined;
  /** The span of the session. */
  readonly own: SpanContext;
  /** The trace of a message, told when it came in µs and its entry. */
  at(at: number, seq: number): string;
}

export interface Around {
  readonly options: Required<ToSpans>;
  /** The context that the tap put into what the entry at hand passed on. */
  readonly passedOn: TraceContext | undefined;
}

/** The opening entry comes first where there is one, so nothing is decided before it is asked. */
export function createTraces(session: Session, around: Around): Traces {
  let outer: { readonly context: TraceContext | undefined } | undefined;
  let own: SpanContext | undefined;
  const traces: Traces = {
    get outer() {
      outer ??= { context: contextIn(session.head?.traceparent) };
      return outer.context;
    },
    get own() {
      own ??= { traceId: traces.at(0, 0), spanId: spanIdOf(session.id) };
      return own;
    },
    at(at, seq) {
      const { passedOn, options } = around;
      // Who passes a trace on began it, or was started in it.
      if (passedOn) return passedOn.traceId;
      const isInside = options.parent === 'remote' && isInFirstTrace(seq);
      const given = isInside ? traces.outer?.traceId : undefined;
      return given ?? traceIdOf(options.runAt(at), seq);
    },
  };
  return traces;
}
