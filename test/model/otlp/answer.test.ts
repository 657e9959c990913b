/** What a receiver answers, as the official schema and the JSON form read it. */
import schema from 'otlp-schema/build/src/generated/root.js';
import { expect, test } from 'vitest';
import { acceptance } from '../../../model/otlp/answer.ts';
import type { Reason } from '../../../model/otlp/decoded.ts';
import { jsonPart, protobufPart } from '../../../model/otlp/message.ts';
import { decodeMetrics } from '../../../model/otlp/metrics.ts';
import { createSink } from '../../../model/otlp/sink.ts';

// biome-ignore lint/suspicious/noExplicitAny: the generated code has no types of its own.
const { trace, metrics } = (schema as any).opentelemetry.proto.collector;
const readable = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

test('all taken: nothing is said', () => {
  expect(acceptance('protobuf', new Map(), 'rejectedSpans')).toHaveLength(0);
  expect(readable(acceptance('json', new Map(), 'rejectedSpans'))).toBe('{}');
});

test.each([1, 127, 128, 300, 2 ** 31, 2 ** 40])('%i rejected', (count) => {
  const rejected = new Map<Reason, number>([['span-id', count]]);
  const errorMessage = `${count} rejected: a span id has 8 bytes that are not all zero`;
  const Response = trace.v1.ExportTraceServiceResponse;
  const protobuf = Response.decode(acceptance('protobuf', rejected, 'rejectedSpans'));
  const partialSuccess = { rejectedSpans: count, errorMessage };
  expect(Response.toObject(protobuf, { longs: Number })).toEqual({ partialSuccess });
  expect(JSON.parse(readable(acceptance('json', rejected, 'rejectedSpans')))).toEqual({
    partialSuccess: { rejectedSpans: String(count), errorMessage },
  });
});

test('data points of every kind of metric are counted, in both forms', () => {
  const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];
  const all = kinds.map((kind, index) => ({
    name: kind,
    [kind]: { dataPoints: Array.from({ length: index + 1 }, () => ({})) },
  }));
  const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: all }, { metrics: all }] }] };
  const Request = metrics.v1.ExportMetricsServiceRequest;
  const bytes = Request.encode(Request.fromObject(request)).finish();
  for (const part of [protobufPart(bytes), jsonPart(JSON.stringify(request))]) {
    expect(decodeMetrics(part, createSink(0))).toEqual({
      items: [],
      rejected: new Map([['unkept', 30]]),
    });
  }
});
