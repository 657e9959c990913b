/** The signals of OTLP: how each is read, and under which names its items are stored. */
import { createHash } from 'node:crypto';
import type { RejectedName } from '../../model/otlp/answer.ts';
import type { Decode, Item } from '../../model/otlp/decoded.ts';
import { decodeLogs } from '../../model/otlp/logs.ts';
import { decodeMetrics } from '../../model/otlp/metrics.ts';
import type { HELD } from '../../model/otlp/schema.ts';
import { decodeSpans } from '../../model/otlp/spans.ts';
import { placesOf, type SpanName } from '../span-rows.ts';

interface Signal {
  /** What its requests hold, as JSON calls it. */
  readonly holds: keyof (typeof HELD)['fields'];
  readonly rejected: RejectedName;
  readonly decode: Decode;
  readonly namesOf: (items: readonly Item[], list: Uint8Array) => readonly SpanName[];
}

const TRACES: Signal = {
  holds: 'resourceSpans',
  rejected: 'rejectedSpans',
  decode: decodeSpans,
  namesOf: (spans) => spans,
};

const LOGS: Signal = {
  holds: 'resourceLogs',
  rejected: 'rejectedLogRecords',
  decode: decodeLogs,
  // A record has no id of its own; the same record sent again is the same line.
  namesOf(logs, list) {
    const places = placesOf(list);
    return logs.map(({ traceId }, index) => {
      const [begin, length] = places[index] ?? [0, 0];
      const hash = createHash('sha256').update(list.subarray(begin, begin + length));
      return { traceId, spanId: hash.digest('hex').slice(0, 16) };
    });
  },
};

/** Nothing of them is kept. */
const METRICS: Signal = {
  holds: 'resourceMetrics',
  rejected: 'rejectedDataPoints',
  decode: decodeMetrics,
  namesOf: () => [],
};

export const SIGNALS: Readonly<Record<string, Signal>> = {
  '/v1/traces': TRACES,
  '/v1/logs': LOGS,
  '/v1/metrics': METRICS,
};
