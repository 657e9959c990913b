/** What is read of the requests of OTLP (opentelemetry-proto 1.11.0: trace, logs, common, resource). */
import {
  enumeration,
  id,
  many,
  members,
  message,
  nanoseconds,
  one,
  parts,
  quoted,
  type Raw,
  text,
  value,
} from './message.ts';

/** What requests hold, by signal, as JSON calls it; in protobuf each is field 1. */
export const HELD = message({
  resourceSpans: parts(1),
  resourceLogs: parts(1),
  resourceMetrics: parts(1),
});

const RESOURCE = message({ attributes: members(1) });
const SCOPE = message({ name: text(1) });

export const TRACES = message({ resourceSpans: parts(1) });
export const RESOURCE_SPANS = message({ resource: one(1, RESOURCE), scopeSpans: parts(2) });
export const SCOPE_SPANS = message({ scope: one(1, SCOPE), spans: parts(2) });

export const SPAN = message({
  traceId: id(1),
  spanId: id(2),
  traceState: quoted(3),
  parentSpanId: id(4),
  name: quoted(5),
  kind: enumeration(6),
  startTimeUnixNano: nanoseconds(7),
  endTimeUnixNano: nanoseconds(8),
  attributes: members(9),
  events: many(
    11,
    message({ timeUnixNano: nanoseconds(1), name: quoted(2), attributes: members(3) }),
  ),
  links: many(13, message({ traceId: id(1), spanId: id(2), attributes: members(4) })),
  status: one(15, message({ message: quoted(2), code: enumeration(3) })),
});
export type RawSpan = Raw<typeof SPAN.fields>;
export type RawResource = Raw<typeof RESOURCE.fields>;
export type RawScope = Raw<typeof SCOPE.fields>;

export const LOGS = message({ resourceLogs: parts(1) });
export const RESOURCE_LOGS = message({ resource: one(1, RESOURCE), scopeLogs: parts(2) });
export const SCOPE_LOGS = message({ scope: one(1, SCOPE), logRecords: parts(2) });

export const LOG_RECORD = message({
  timeUnixNano: nanoseconds(1),
  severityNumber: enumeration(2),
  severityText: quoted(3),
  body: value(5),
  attributes: members(6),
  traceId: id(9),
  spanId: id(10),
  observedTimeUnixNano: nanoseconds(11),
  eventName: quoted(12),
});
export type RawLog = Raw<typeof LOG_RECORD.fields>;

export const METRICS = message({ resourceMetrics: parts(1) });
export const RESOURCE_METRICS = message({ scopeMetrics: parts(2) });
export const SCOPE_METRICS = message({ metrics: parts(2) });

const POINTS = message({ dataPoints: parts(1) });
/** A metric has one of these, which is all that is read of it. */
export const METRIC = message({
  gauge: one(5, POINTS),
  sum: one(7, POINTS),
  histogram: one(9, POINTS),
  exponentialHistogram: one(10, POINTS),
  summary: one(11, POINTS),
});
