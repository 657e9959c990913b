/**
 * Requests as the official schema reads them: OpenTelemetry's own generated decoder, which runs on
 * protobufjs, and a mapping to our items that was written apart from ours.
 */
import schema from 'otlp-schema/build/src/generated/root.js';

// biome-ignore lint/suspicious/noExplicitAny: the generated code has no types of its own.
type Any = any;
const { trace, logs } = (schema as Any).opentelemetry.proto.collector;
const AS = { longs: BigInt, bytes: Buffer, arrays: true };

/** Throws what protobufjs throws. */
export function officialSpans(bytes: Uint8Array): Any[] {
  const Request = trace.v1.ExportTraceServiceRequest;
  const { resourceSpans = [] } = Request.toObject(Request.decode(bytes), AS);
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }: Any) =>
    scopeSpans.flatMap(({ scope, spans = [] }: Any) =>
      spans.map((span: Any) => spanOf(span, resource, scope)),
    ),
  );
}

export function officialLogs(bytes: Uint8Array): Any[] {
  const Request = logs.v1.ExportLogsServiceRequest;
  const { resourceLogs = [] } = Request.toObject(Request.decode(bytes), AS);
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }: Any) =>
    scopeLogs.flatMap(({ scope, logRecords = [] }: Any) =>
      logRecords.map((record: Any) => logOf(record, resource, scope)),
    ),
  );
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

function spanOf(span: Any, resource: Any, scope: Any): Any {
  const { parentSpanId, traceState, status } = span;
  return said({
    traceId: span.traceId.toString('hex'),
    spanId: span.spanId.toString('hex'),
    parentSpanId: parentSpanId?.toString('hex'),
    traceState: traceState || undefined,
    name: span.name ?? '',
    kind: KINDS[span.kind ?? 0] ?? 'unspecified',
    start: BigInt(span.startTimeUnixNano ?? 0),
    end: BigInt(span.endTimeUnixNano ?? 0),
    status: ['unset', 'ok', 'error'][status?.code ?? 0] ?? 'unset',
    statusMessage: status?.message || undefined,
    attributes: attributes(span.attributes),
    events: (span.events ?? []).map((event: Any) => ({
      time: BigInt(event.timeUnixNano ?? 0),
      name: event.name ?? '',
      attributes: attributes(event.attributes),
    })),
    links: (span.links ?? []).map((link: Any) => ({
      traceId: link.traceId.toString('hex'),
      spanId: link.spanId.toString('hex'),
      attributes: attributes(link.attributes),
    })),
    resource: attributes(resource?.attributes),
    scope: scope?.name ?? '',
  });
}

function logOf(record: Any, resource: Any, scope: Any): Any {
  const { timeUnixNano, observedTimeUnixNano, body } = record;
  const value = body === undefined ? null : json(body);
  return said({
    time: BigInt(timeUnixNano ?? 0) || BigInt(observedTimeUnixNano ?? 0),
    severity: record.severityNumber || undefined,
    severityText: record.severityText || undefined,
    eventName: record.eventName || undefined,
    body: value === null ? undefined : value,
    attributes: attributes(record.attributes),
    traceId: record.traceId?.toString('hex'),
    spanId: record.spanId?.toString('hex'),
    resource: attributes(resource?.attributes),
    scope: scope?.name ?? '',
  });
}

const said = (members: object): Any =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

function attributes(list: Any[] = []): Any {
  return Object.fromEntries(list.map(({ key = '', value }) => [key, value ? json(value) : null]));
}

function json(value: Any): Any {
  const [[kind, content] = [undefined, undefined]] = Object.entries<Any>(value);
  if (kind === 'intValue') {
    const whole = BigInt(content);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : String(whole);
  }
  if (kind === 'doubleValue') return Number.isFinite(content) ? content : String(content);
  if (kind === 'arrayValue') return (content.values ?? []).map(json);
  if (kind === 'kvlistValue') return attributes(content.values);
  if (kind === 'bytesValue') return content.toString('base64');
  return kind === undefined ? null : content;
}
