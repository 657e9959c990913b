/** The signals of OTLP: how each is read, and written as the store keeps it. */
import type { Redact } from '../../model/crossing.ts';
import type { ForeignLog } from '../../model/otel/foreign-log.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import type { RejectedName } from '../../model/otlp/answer.ts';
import type { Decode } from '../../model/otlp/decoded.ts';
import { decodeLogs } from '../../model/otlp/logs.ts';
import { decodeMetrics } from '../../model/otlp/metrics.ts';
import type { HELD } from '../../model/otlp/schema.ts';
import { decodeSpans } from '../../model/otlp/spans.ts';
import { type Packed, pack } from './packed.ts';
import { writtenLogs, writtenSpans } from './written.ts';

interface Signal<T> {
  /** What its requests hold, as JSON calls it. */
  readonly holds: keyof (typeof HELD)['fields'];
  readonly rejected: RejectedName;
  readonly decode: Decode<T>;
  /** Items without their secrets. */
  readonly rows: (items: readonly T[], redact: Redact) => Packed;
}

const TRACES: Signal<ForeignSpan> = {
  holds: 'resourceSpans',
  rejected: 'rejectedSpans',
  decode: decodeSpans,
  rows: writtenSpans,
};

const LOGS: Signal<ForeignLog> = {
  holds: 'resourceLogs',
  rejected: 'rejectedLogRecords',
  decode: decodeLogs,
  rows: writtenLogs,
};

/** Nothing of them is kept. */
const METRICS: Signal<unknown> = {
  holds: 'resourceMetrics',
  rejected: 'rejectedDataPoints',
  decode: decodeMetrics,
  rows: () => pack([]),
};

// biome-ignore lint/suspicious/noExplicitAny: whoever takes a request does not look at its items.
export const SIGNALS: Readonly<Record<string, Signal<any>>> = {
  '/v1/traces': TRACES,
  '/v1/logs': LOGS,
  '/v1/metrics': METRICS,
};
