/** Our protobuf, read by the official schema through protobufjs: what went in comes out, whatever it is. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { otlpJson } from '../../../model/otel/otlp-json.ts';
import { protobufOf } from '../../../model/otel/protobuf.ts';
import type { Attributes, SessionSpans, Span } from '../../../model/otel/span.ts';
import { holds, SEED } from '../../kit/random.ts';

interface Schema {
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): Record<string, unknown>;
}

const schema = createRequire(import.meta.url)('otlp-schema/build/src/generated/root.js');
const Traces: Schema = schema.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/** A request as the official schema reads our bytes, in the JSON form. */
function read(request: object): unknown {
  const message = Traces.decode(protobufOf('ExportTraceServiceRequest', request));
  return inJsonForm(Traces.toObject(message, { longs: String }));
}

/** Ids in hex; attributes by key, since one of no value at all cannot be told from an empty one. */
function inJsonForm(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(inJsonForm);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inJsonForm(one)]));
}

/** What a protobuf message cannot tell from nothing: lists without items. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, one]) => !Array.isArray(one) || one.length > 0);
  return Object.fromEntries(members.map(([key, one]) => [key, withoutEmpty(one)]));
}

const hex = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
const text = fc.string({ unit: 'grapheme' });
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.array(text),
);
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(text, value, { noNullPrototype: true });
const context = { traceId: hex(16), spanId: hex(8) };
const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const link = fc.record(
  { ...context, attributes, isRemote: fc.constant(true) },
  { requiredKeys: ['traceId', 'spanId', 'attributes'] },
);
const span = fc.record(
  {
    ...context,
    parentSpanId: hex(8),
    isParentRemote: fc.constant(true),
    traceState: text,
    name: text,
    kind: fc.constantFrom('internal', 'server', 'client'),
    start: nanos,
    end: nanos,
    attributes,
    links: fc.array(link, { maxLength: 3 }),
    error: text,
  },
  { requiredKeys: ['traceId', 'spanId', 'name', 'kind', 'start', 'end', 'attributes', 'links'] },
) as fc.Arbitrary<Span>;
const sessions: fc.Arbitrary<SessionSpans[]> = fc.array(
  fc.record({ resource: attributes, spans: fc.array(span, { maxLength: 4 }) }),
  { maxLength: 3 },
);

test(`the official schema reads what was written (seed ${SEED})`, () => {
  holds(sessions, (all) => {
    const request = otlpJson(all, '1.2.3');
    expect(read(request)).toEqual(withoutEmpty(request));
  });
});

test('more than the room that there is at first', () => {
  const long = 'é'.repeat(100_000);
  const one: Span = {
    traceId: `${'0'.repeat(31)}1`,
    spanId: `${'0'.repeat(15)}1`,
    name: long,
    kind: 'server',
    start: 1n,
    end: 2n,
    attributes: { long: [long, long] },
    links: [],
  };
  const request = otlpJson([{ resource: {}, spans: [one, one] }], '1.2.3');
  expect(read(request)).toEqual(withoutEmpty(request));
});

test('a name that the table lacks is a fault of ours', () => {
  expect(() => protobufOf('ExportTraceServiceRequest', { resourceMetrics: [] })).toThrow(
    'ExportTraceServiceRequest has no resourceMetrics',
  );
});
