/** The context that a caller gave its request or notification (W3C Trace Context, SEP-414). */
import { textMember } from './json.ts';
import { META } from './methods.ts';

export interface TraceContext {
  /** 32 and 16 lower-case hex digits, neither all zero. */
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;
const ZEROS = /^0+$/;

/** How long it is in version 00; later ones may go on behind a dash. */
const LENGTH = 55;

/** The context that a `traceparent` names; undefined when it is malformed or all zero. */
export function contextIn(
  traceparent: string | undefined,
  tracestate?: string,
): TraceContext | undefined {
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  const [, version, traceId = '', spanId = ''] = match ?? [];
  if (!match || ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  if (version === '00' && match.input.length !== LENGTH) return undefined;
  return { traceId, spanId, ...(tracestate === undefined ? {} : { traceState: tracestate }) };
}

/** The flags that a `traceparent` names, in two hex digits; undefined where it is none. */
export function flagsIn(traceparent: string | undefined): string | undefined {
  return contextIn(traceparent) && traceparent?.slice(LENGTH - 2, LENGTH);
}

/** The context in the `_meta` of params. */
export function contextOf(params: unknown): TraceContext | undefined {
  const traceparent = textMember(params, '_meta', META.traceparent);
  if (traceparent === undefined) return undefined;
  return contextIn(traceparent, textMember(params, '_meta', META.tracestate));
}
