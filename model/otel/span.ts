/** A span as data: what OTLP says of it (opentelemetry-proto 1.11.0, trace.proto), and no more. */

/** A text, a number, a truth, or texts. */
export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type SpanKind = 'internal' | 'server' | 'client';

export interface SpanContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
}

export interface SpanLink extends SpanContext {
  readonly attributes: Attributes;
  /** It is to a span of the caller's, who told of it. */
  readonly isRemote?: true;
}

export interface Span extends SpanContext {
  readonly parentSpanId?: string;
  /** The parent is the caller's, who told of it. */
  readonly isParentRemote?: true;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
  readonly links: readonly SpanLink[];
  /** Only errors have a status; its description is what the peer said. */
  readonly error?: string;
}

/** The spans of one session; the resource is its server. */
export interface SessionSpans {
  readonly resource: Attributes;
  readonly spans: readonly Span[];
}
