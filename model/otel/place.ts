/**
 * Where a span belongs. Its parent is the first there is of: the context that its caller gave, the
 * request that it is part of, the session. Who is a caller's child is in the caller's trace, all else
 * in that of its run. What is no parent is a link.
 */
import { reference } from '../entry.ts';
import type { Call, MessageRef } from '../session.ts';
import type { TraceContext } from '../trace-context.ts';
import { ATTRIBUTE } from './conventions.ts';
import { spanIdOf } from './identity.ts';
import { linkTo, linkWords } from './link.ts';
import type { Making } from './making.ts';
import type { Attributes, Span, SpanLink } from './span.ts';

export interface Belonging {
  readonly ref: MessageRef;
  /** The context that the caller gave in its message. */
  readonly given?: TraceContext | undefined;
  /** The one in the headers around it, which counts where the message gives none. */
  readonly beside?: TraceContext | undefined;
  /** The request that it is part of. */
  readonly around?: Call | undefined;
  /** Nobody said that it is part of it. */
  readonly isInferred?: boolean;
}

export interface Place {
  readonly span: Pick<
    Span,
    'traceId' | 'spanId' | 'parentSpanId' | 'traceState' | 'isParentRemote'
  >;
  readonly links: readonly SpanLink[];
  readonly attributes: Attributes;
}

export function placeOf(making: Making, belonging: Belonging): Place {
  const { ref, given, beside, around, isInferred } = belonging;
  const { options, places, traces, passedOn } = making;
  // Nothing is put into a batch, whatever a recording says.
  const minted = ref.item === undefined ? passedOn?.spanId : undefined;
  const spanId = minted ?? spanIdOf(referenceTo(making, ref));
  const caller = given ?? beside;
  const links = given && beside && isOther(given, beside) ? [linkTo(beside, 'header')] : [];
  if (caller && options.parent === 'remote') {
    const { span, ...rest } = childOf(caller, spanId, links);
    return { ...rest, span: { ...span, isParentRemote: true } };
  }
  if (caller) links.unshift(linkTo(caller, 'caller'));
  const parent = around && places.get(around)?.span;
  if (parent) return childOf(parent, spanId, links, isInferred ? INFERRED : {});
  const traceId = traces.at(ref.at, ref.seq);
  if (traceId === traces.own.traceId) return childOf(traces.own, spanId, links);
  // Another trace than the session's: a parent from there would be taken for one that is missing.
  links.push(linkTo(traces.own, 'session'));
  return { span: { traceId, spanId }, links, attributes: linkWords(links) };
}

const INFERRED: Attributes = { [ATTRIBUTE.inferred]: true };

function isOther(one: TraceContext, other: TraceContext): boolean {
  return one.traceId !== other.traceId || one.spanId !== other.spanId;
}

function childOf(
  parent: TraceContext,
  spanId: string,
  links: readonly SpanLink[],
  attributes: Attributes = {},
): Place {
  const { traceId, spanId: parentSpanId, traceState } = parent;
  const state = traceState === undefined ? {} : { traceState };
  return {
    span: { traceId, spanId, parentSpanId, ...state },
    links,
    attributes: { ...attributes, ...linkWords(links) },
  };
}

function referenceTo({ view }: Making, { seq, item }: MessageRef): string {
  return reference(view.session.id, seq, item);
}
