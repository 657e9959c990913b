/**
 * Spans as OTLP in JSON (opentelemetry-proto 1.11.0, docs/specification.md "JSON Protobuf Encoding"):
 * ids in hex, 64-bit numbers as decimal strings, enumerations as numbers.
 */
import { SCHEMA_URL } from './conventions.ts';
import type { Attributes, AttributeValue, SessionSpans, Span, SpanKind } from './span.ts';

const KINDS: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3 };
const STATUS_ERROR = 2;

/** A request for `/v1/traces`; `version`: of wiretape. */
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
    links: span.links.map(({ attributes, ...context }) => ({
      ...context,
      attributes: attributesJson(attributes),
    })),
    ...(error === undefined ? {} : { status: statusJson(error) }),
  };
}

function statusJson(message: string): object {
  return message === '' ? { code: STATUS_ERROR } : { code: STATUS_ERROR, message };
}

function attributesJson(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueJson(value) }));
}

function valueJson(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number') return { arrayValue: { values: value.map(valueJson) } };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
