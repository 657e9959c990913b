/**
 * Spans and metrics as OTLP in JSON (opentelemetry-proto 1.11.0, docs/specification.md "JSON Protobuf Encoding"):
 * ids in hex, 64-bit numbers as decimal strings, enumerations as numbers.
 */
import { BUCKETS, SCHEMA_URL } from './conventions.ts';
import type { HistogramPoint, ServerMetrics, Temporality } from './metrics.ts';
import type { Attributes, AttributeValue, SessionSpans, Span, SpanKind } from './span.ts';

const KINDS: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3 };
const STATUS_ERROR = 2;

/**
 * Flags of spans and links (trace.proto, `SpanFlags`): recorded is recorded, whether its caller samples
 * or not, and it is known whether what they point to is somebody else's.
 */
const SAMPLED = 0x001;
const IS_KNOWN = 0x100;
const IS_REMOTE = 0x200;

function flagsOf(isRemote: boolean | undefined): number {
  return SAMPLED | IS_KNOWN | (isRemote ? IS_REMOTE : 0);
}

/** A request for `/v1/traces`; `version`: of the scope, which is wiretape. */
export function otlpJson(sessions: readonly SessionSpans[], version: string): object {
  return {
    resourceSpans: sessions.map(({ resource, spans }) => ({
      resource: { attributes: attributesJson(resource) },
      scopeSpans: [
        { scope: { name: 'wiretape', version }, spans: spans.map(spanJson), schemaUrl: SCHEMA_URL },
      ],
    })),
  };
}

const TEMPORALITIES = { delta: 1, cumulative: 2 } as const;

/** A request for `/v1/metrics`. */
export function otlpMetricsJson(
  servers: readonly ServerMetrics[],
  version: string,
  temporality: Temporality,
): object {
  return {
    resourceMetrics: servers.map(({ resource, histograms }) => ({
      resource: { attributes: attributesJson(resource) },
      scopeMetrics: [
        {
          scope: { name: 'wiretape', version },
          metrics: histograms.map(({ name, points }) => ({
            name,
            unit: 's',
            histogram: {
              aggregationTemporality: TEMPORALITIES[temporality],
              dataPoints: points.map(pointJson),
            },
          })),
          schemaUrl: SCHEMA_URL,
        },
      ],
    })),
  };
}

function pointJson({ attributes, start, end, count, sum, min, max, buckets }: HistogramPoint) {
  return {
    attributes: attributesJson(attributes),
    startTimeUnixNano: String(start),
    timeUnixNano: String(end),
    count: String(count),
    sum,
    min,
    max,
    bucketCounts: buckets.map(String),
    explicitBounds: BUCKETS,
  };
}

function spanJson(span: Span): object {
  const { traceId, spanId, parentSpanId, traceState, name, kind, start, end, error } = span;
  return {
    traceId,
    spanId,
    ...(traceState === undefined ? {} : { traceState }),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    attributes: attributesJson(span.attributes),
    links: span.links.map(({ traceId, spanId, attributes, isRemote }) => ({
      traceId,
      spanId,
      attributes: attributesJson(attributes),
      flags: flagsOf(isRemote),
    })),
    ...(error === undefined ? {} : { status: statusJson(error) }),
    flags: flagsOf(span.isParentRemote),
  };
}

function statusJson(message: string): object {
  return message === '' ? { code: STATUS_ERROR } : { code: STATUS_ERROR, message };
}

export function attributesJson(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueJson(value) }));
}

function valueJson(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number') return { arrayValue: { values: value.map(valueJson) } };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
