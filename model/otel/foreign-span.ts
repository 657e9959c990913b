/**
 * A span that somebody else made and sent over OTLP: an agent's turn, a model call, the work inside an
 * instrumented server. Kept as it was said (opentelemetry-proto 1.11.0, trace.proto), beside messages.
 */
import type { JsonValue } from '../json.ts';

export type ForeignSpanKind =
  | 'unspecified'
  | 'internal'
  | 'server'
  | 'client'
  | 'producer'
  | 'consumer';

/** An AnyValue is the JSON value it stands for; bytes are base64, 64-bit integers beyond 2^53 decimal text. */
export type ForeignAttributes = Readonly<Record<string, JsonValue>>;

export interface ForeignSpan {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: ForeignSpanKind;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage?: string;
  readonly attributes: ForeignAttributes;
  readonly events: readonly ForeignSpanEvent[];
  readonly links: readonly ForeignSpanLink[];
  /** Who made it: `service.name` and what else its resource says. */
  readonly resource: ForeignAttributes;
  /** The instrumentation that made it. */
  readonly scope: string;
}

export interface ForeignSpanEvent {
  readonly time: bigint;
  readonly name: string;
  readonly attributes: ForeignAttributes;
}

export interface ForeignSpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: ForeignAttributes;
}
