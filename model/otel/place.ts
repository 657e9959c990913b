/**
 * Where a span belongs. Its parent is the first there is of: the context that its caller gave, the
 * request that it is part of, the session. Who is a caller's child is in the caller's trace, all else
 * in that of its run. What is no parent is a link.
 */
import { reference } from '../entry.ts';
import type { Call, MessageRef } from '../session.ts';
import type { TraceContext } from '../trace-context.ts';
import { ATTRIBUTE } from './conventions.ts';
import { spanIdOf, traceIdOf } from './identity.ts';
import type { Making } from './making.ts';
import type { Attributes, Span, SpanContext, SpanLink } from './span.ts';

export interface Belonging {
  readonly ref: MessageRef;
  /** The context that the caller gave. */
  readonly given?: TraceContext | undefined;
  /** The request that it is part of. */
  readonly around?: Call | undefined;
  /** Nobody said that it is part of it. */
  readonly isInferred?: boolean;
}

export interface Place {
  readonly span: Pick<Span, 'traceId' | 'spanId' | 'parentSpanId' | 'traceState'>;
  readonly links: readonly SpanLink[];
  readonly attributes: Attributes;
}

export function placeOf(making: Making, belonging: Belonging): Place {
  const { ref, given, around, isInferred } = belonging;
  const { options, places, own, passedOn } = making;
  const spanId = passedOn?.spanId ?? spanIdOf(referenceTo(making, ref));
  if (given && options.parent === 'remote') return childOf(given, spanId, []);
  const links = given ? [linkTo(given)] : [];
  const parent = around && places.get(around)?.span;
  if (parent) {
    const place = childOf(parent, spanId, links);
    return isInferred ? { ...place, attributes: { [ATTRIBUTE.inferred]: true } } : place;
  }
  const traceId = passedOn?.traceId ?? traceIdOf(options.runAt(ref.at), ref.seq);
  if (traceId === own.traceId) return childOf(own, spanId, links);
  // Another trace than the session's: a parent from there would be taken for one that is missing.
  return { span: { traceId, spanId }, links: [...links, linkTo(own)], attributes: {} };
}

function childOf(parent: TraceContext, spanId: string, links: readonly SpanLink[]): Place {
  const { traceId, spanId: parentSpanId, traceState } = parent;
  const state = traceState === undefined ? {} : { traceState };
  return { span: { traceId, spanId, parentSpanId, ...state }, links, attributes: {} };
}

function linkTo({ traceId, spanId }: SpanContext): SpanLink {
  return { traceId, spanId, attributes: {} };
}

function referenceTo({ view }: Making, { seq, item }: MessageRef): string {
  return reference(view.session.id, seq, item);
}
