/** Links, and the same as attributes, since most backends drop links or what they say. */
import { ATTRIBUTE, LINK } from './conventions.ts';
import type { Attributes, Span, SpanContext, SpanLink } from './span.ts';

/**
 * `caller`: who asked, where that is no parent. `header`: what the headers said, where the message
 * said otherwise. `session`: the span of the session, which began in another trace.
 */
export type Linked = 'caller' | 'header' | 'session';

export function linkTo({ traceId, spanId }: SpanContext, what: Linked): SpanLink {
  const attributes = { [ATTRIBUTE.link]: what };
  return { traceId, spanId, attributes, ...(what === 'session' ? {} : { isRemote: true }) };
}

/**
 * Whether a span may link to another: Jaeger takes a link within the trace for the parent of a span
 * that has none.
 */
export function mayLink(
  { traceId, parentSpanId }: Pick<Span, 'traceId' | 'parentSpanId'>,
  other: SpanContext,
): boolean {
  return parentSpanId !== undefined || other.traceId !== traceId;
}

/** What links say, for whoever sees none. */
export function linkWords(links: readonly SpanLink[]): Attributes {
  return Object.fromEntries(
    links.map(({ traceId, spanId, attributes }) => [
      `${LINK}${attributes[ATTRIBUTE.link]}`,
      `${traceId}-${spanId}`,
    ]),
  );
}
