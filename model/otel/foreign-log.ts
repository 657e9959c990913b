/**
 * A log record that somebody else made and sent over OTLP (opentelemetry-proto 1.11.0, logs.proto).
 * Instrumentations of model calls tell the messages of a call so, as records of its span.
 */
import type { JsonValue } from '../json.ts';
import type { ForeignAttributes } from './foreign-span.ts';

export interface ForeignLog {
  /** Nanoseconds since 1970: when it happened, else when it was seen. */
  readonly time: bigint;
  /** 1 (trace) to 24 (fatal). */
  readonly severity?: number;
  readonly severityText?: string;
  /** What kind of record it is: `gen_ai.client.inference.operation.details`. */
  readonly eventName?: string;
  readonly body?: JsonValue;
  readonly attributes: ForeignAttributes;
  /** 32 and 16 lower-case hex digits: the span that it belongs to. */
  readonly traceId: string;
  readonly spanId: string;
  readonly resource: ForeignAttributes;
  readonly scope: string;
}
