/** Our spans as those of the SDK, which its exporters take. */
import {
  type Attributes,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type TraceState,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { SCHEMA_URL } from '../../model/otel/conventions.ts';
import type * as ours from '../../model/otel/span.ts';

/** The limits of OpenTelemetry that touch these spans. */
export interface SpanLimits {
  readonly attributes: number;
  /** The length of a text. */
  readonly text: number;
  readonly links: number;
}

export interface Around {
  readonly resource: Resource;
  readonly limits: SpanLimits;
  /** The version of wiretape. */
  readonly version: string;
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
} as const;

export function readableSpan(span: ours.Span, { resource, limits, version }: Around): ReadableSpan {
  const { name, kind, start, end, error, traceId, traceState, parentSpanId, isParentRemote } = span;
  const context = contextOf(span, { traceState });
  const attributes = limited(span.attributes, limits);
  const links = span.links.slice(0, limits.links);
  return {
    name,
    kind: KINDS[kind],
    spanContext: () => context,
    ...(parentSpanId === undefined
      ? {}
      : {
          parentSpanContext: contextOf(
            { traceId, spanId: parentSpanId },
            { isRemote: isParentRemote },
          ),
        }),
    startTime: timeOf(start),
    endTime: timeOf(end),
    duration: timeOf(end - start),
    ended: true,
    status: statusOf(error),
    attributes,
    links: links.map((link) => ({
      context: contextOf(link, { isRemote: link.isRemote }),
      attributes: limited(link.attributes, limits),
    })),
    events: [],
    resource,
    instrumentationScope: { name: 'wiretape', version, schemaUrl: SCHEMA_URL },
    droppedAttributesCount: Object.keys(span.attributes).length - Object.keys(attributes).length,
    droppedEventsCount: 0,
    droppedLinksCount: span.links.length - links.length,
  };
}

function statusOf(error: string | undefined): ReadableSpan['status'] {
  if (error === undefined) return { code: SpanStatusCode.UNSET };
  return error === ''
    ? { code: SpanStatusCode.ERROR }
    : { code: SpanStatusCode.ERROR, message: error };
}

interface More {
  readonly traceState?: string | undefined;
  readonly isRemote?: boolean | undefined;
}

/** Recorded is recorded, whether its caller samples or not. */
function contextOf(
  { traceId, spanId }: ours.SpanContext,
  { traceState, isRemote }: More,
): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    ...(traceState === undefined ? {} : { traceState: asGiven(traceState) }),
    ...(isRemote ? { isRemote } : {}),
  };
}

/** The state of a caller is passed on as it came; whoever reads it may judge it. */
function asGiven(state: string): TraceState {
  const own: TraceState = {
    get: () => undefined,
    set: () => own,
    unset: () => own,
    serialize: () => state,
  };
  return own;
}

function timeOf(nanoseconds: bigint): [number, number] {
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
}

function limited(attributes: ours.Attributes, limits: SpanLimits): Attributes {
  const kept = Object.entries(attributes).slice(0, limits.attributes);
  return Object.fromEntries(kept.map(([name, value]) => [name, cut(value, limits.text)]));
}

function cut(value: ours.AttributeValue, length: number): Attributes[string] {
  if (typeof value === 'string') return value.length > length ? value.slice(0, length) : value;
  if (typeof value !== 'object') return value;
  return value.map((text) => (text.length > length ? text.slice(0, length) : text));
}
