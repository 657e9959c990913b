/**
 * The receiver beside the rules of OTLP/HTTP (opentelemetry-proto 1.11.0, docs/specification.md), over
 * real HTTP: which request gets which status, in which form, and what of it is kept.
 */
import { gzipSync } from 'node:zlib';
import schema from 'otlp-schema/build/src/generated/root.js';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, test } from 'vitest';
import { decodeForeignLog } from '../../../model/otel/foreign-log-text.ts';
import {
  JSON_TYPE,
  keptBy,
  PROTOBUF,
  type Sent,
  send,
  TRACE,
  takingCollector,
  tracesOf,
} from './kit.ts';

// biome-ignore lint/suspicious/noExplicitAny: the generated code has no types of its own.
const { trace, logs, metrics } = (schema as any).opentelemetry.proto.collector;
const traces = JSON.stringify(tracesOf([{}, {}]));
const binary = (request: object): Buffer => {
  const Request = trace.v1.ExportTraceServiceRequest;
  return Request.encode(Request.fromObject(withBytes(request))).finish();
};
/** The generated encoder takes base64 where the JSON form of OTLP has hexadecimal digits. */
const withBytes = (request: object): object =>
  JSON.parse(JSON.stringify(request), (key, value) =>
    /^(?:trace|span)Id$/.test(key) ? Buffer.from(value, 'hex').toString('base64') : value,
  );

test.each([
  ['/v1/logs', traces, 'It holds resourceSpans and no resourceLogs.'],
  ['/v1/metrics', traces, 'It holds resourceSpans and no resourceMetrics.'],
  ['/v1/traces', '{"resourceLogs":[]}', 'It holds resourceLogs and no resourceSpans.'],
])('JSON of another signal sent to %s: 400, which says so', async (path, body, sentence) => {
  const answer = await send(await takingCollector(), path, { body });
  expect([answer.status, answer.json<{ message: string }>().message]).toEqual([
    400,
    expect.stringContaining(sentence),
  ]);
});

describe('what is taken', () => {
  const cases: [what: string, sent: Sent, type: string][] = [
    ['JSON', { body: traces }, JSON_TYPE],
    [
      'JSON with a charset',
      { body: traces, headers: { 'content-type': 'Application/JSON; charset=utf-8' } },
      JSON_TYPE,
    ],
    [
      'JSON in gzip',
      { body: gzipSync(traces), headers: { 'content-encoding': 'gzip' } },
      JSON_TYPE,
    ],
    [
      'JSON whose coding is named identity',
      { body: traces, headers: { 'content-encoding': 'identity' } },
      JSON_TYPE,
    ],
    ['JSON in chunks, without a length', { body: traces, chunked: true }, JSON_TYPE],
    [
      'protobuf',
      { body: binary(tracesOf([{}, {}])), headers: { 'content-type': PROTOBUF } },
      PROTOBUF,
    ],
    [
      'protobuf in gzip',
      {
        body: gzipSync(binary(tracesOf([{}, {}]))),
        headers: { 'content-type': PROTOBUF, 'content-encoding': 'GZIP' },
      },
      PROTOBUF,
    ],
  ];
  test.each(cases)('%s: 200, in the same form, and it is kept', async (_, sent, type) => {
    const collector = await takingCollector();
    const answer = await send(collector, '/v1/traces', sent);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': type } });
    expect(answer.text()).toBe(type === JSON_TYPE ? '{}' : '');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(await keptBy(collector)).toMatchObject([
      { name: 'span 0', kind: 'internal', resource: { 'service.name': 'agent' }, scope: 'agent' },
      { name: 'span 1', start: 1_790_000_000_000_000_000n, end: 1_790_000_000_500_000_000n },
    ]);
  });

  test('what is sent again stands once', async () => {
    const collector = await takingCollector();
    for (const _ of [1, 2])
      expect(await send(collector, '/v1/traces', { body: traces })).toMatchObject({ status: 200 });
    expect(await keptBy(collector)).toHaveLength(2);
  });
});

describe('what is refused', () => {
  const protobuf = { 'content-type': PROTOBUF };
  const cases: [what: string, sent: Sent, status: number, code: number, why: RegExp][] = [
    ['no token', { headers: { authorization: undefined } }, 401, 16, /wiretape token write/],
    [
      'a token that nobody made',
      { headers: { authorization: `Bearer ${'A'.repeat(43)}` } },
      401,
      16,
      /token/,
    ],
    [
      'another type',
      { headers: { 'content-type': 'text/plain' } },
      415,
      3,
      /application\/x-protobuf/,
    ],
    ['no type', { headers: { 'content-type': undefined } }, 415, 3, /application\/json/],
    ['another coding', { headers: { 'content-encoding': 'deflate' } }, 415, 3, /gzip/],
    ['a GET', { method: 'GET' }, 405, 12, /POST/],
    ['a PUT', { method: 'PUT', body: traces }, 405, 12, /POST/],
    ['an OPTIONS, as pages of other origins send first', { method: 'OPTIONS' }, 405, 12, /POST/],
    ['no JSON', { body: '{"resourceSpans":' }, 400, 3, /no JSON/],
    ['nothing, as JSON', { body: '' }, 400, 3, /no JSON/],
    [
      'cut off protobuf',
      { body: binary(tracesOf([{}])).subarray(0, 40), headers: protobuf },
      400,
      3,
      /length/,
    ],
    [
      'JSON that is called protobuf',
      { body: traces, headers: protobuf },
      400,
      3,
      /wire type|length|cut off/,
    ],
    ['what is no gzip', { body: traces, headers: { 'content-encoding': 'gzip' } }, 400, 3, /gzip/],
    [
      'spans without ids alone',
      { body: JSON.stringify(tracesOf([{ traceId: '' }, { spanId: '00' }])) },
      400,
      3,
      /1 rejected: a trace id.*; 1 rejected: a span id.*another signal/,
    ],
    ['records of logs', { body: logRecords(), headers: protobuf }, 400, 3, /trace id/],
  ];
  test.each(cases)(
    '%s: with its status, in the form of the request',
    async (_, sent, status, code, why) => {
      const collector = await takingCollector();
      const answer = await send(collector, '/v1/traces', sent);
      const isProtobuf = sent.headers?.['content-type'] === PROTOBUF;
      expect(answer).toMatchObject({
        status,
        headers: { 'content-type': isProtobuf ? PROTOBUF : JSON_TYPE },
      });
      const said = isProtobuf
        ? statusIn(answer.body)
        : answer.json<{ code: number; message: string }>();
      expect(said).toEqual({ code, message: expect.stringMatching(why) });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      if (status === 405) expect(answer.headers['allow']).toBe('POST');
      expect(await keptBy(collector)).toEqual([]);
    },
  );

  test('the token for reading: 403, as is a Host or an Origin that is not ours', async () => {
    const collector = await takingCollector();
    const reading = { authorization: `Bearer ${collector.token}` };
    const answer = await send(collector, '/v1/traces', { body: traces, headers: reading });
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.json()).toEqual({
      code: 7,
      message: expect.stringContaining('wiretape token write'),
    });
    for (const [headers, code] of [
      [{ host: 'evil.example' }, 'wrong-host'],
      [{ origin: 'http://evil.example' }, 'wrong-origin'],
      [{ origin: collector.address }, 7],
    ] as const) {
      const refused = await send(collector, '/v1/traces', { body: traces, headers });
      expect(refused).toMatchObject({ status: 403 });
      expect(refused.json()).toMatchObject({ code });
    }
    const nowhere = await send(collector, '/v1/traces/', { body: traces });
    expect(nowhere).toMatchObject({ status: 404 });
    expect(nowhere.json()).toMatchObject({ code: 'no-route' });
    expect(await keptBy(collector)).toEqual([]);
  });

  test('a collector that shows recordings takes nothing', async () => {
    const collector = await takingCollector({ recordings: [] });
    expect(await send(collector, '/v1/traces', { body: traces })).toMatchObject({ status: 404 });
  });
});

describe('what is taken in part', () => {
  const mixed = tracesOf([{}, { traceId: '' }, { spanId: '0'.repeat(16) }, { parentSpanId: 'ab' }]);
  const rejectedSpans = 3;
  const why =
    /1 rejected: a trace id .*1 rejected: a span id .*1 rejected: the span id of a parent/;

  test('in JSON: 200 with how much was rejected, and why', async () => {
    const collector = await takingCollector();
    const answer = await send(collector, '/v1/traces', { body: JSON.stringify(mixed) });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: String(rejectedSpans),
        errorMessage: expect.stringMatching(why),
      },
    });
    expect(await keptBy(collector)).toMatchObject([{ name: 'span 0' }]);
  });

  test('in protobuf: the same, as the official schema reads it', async () => {
    const collector = await takingCollector();
    const answer = await send(collector, '/v1/traces', {
      body: binary(mixed),
      headers: { 'content-type': PROTOBUF },
    });
    const Response = trace.v1.ExportTraceServiceResponse;
    expect(Response.toObject(Response.decode(answer.body), { longs: Number })).toEqual({
      partialSuccess: { rejectedSpans, errorMessage: expect.stringMatching(why) },
    });
  });

  test('spans that wiretape made are rejected, since their messages stand here already', async () => {
    const collector = await takingCollector();
    const own = tracesOf([{}, {}], 'wiretape') as { resourceSpans: object[] };
    const body = JSON.stringify({
      resourceSpans: [...own.resourceSpans, ...(tracesOf([{}]) as typeof own).resourceSpans],
    });
    const answer = await send(collector, '/v1/traces', { body });
    expect(answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '2',
        errorMessage: expect.stringContaining('made from recordings'),
      },
    });
    expect(await keptBy(collector)).toMatchObject([{ scope: 'agent' }]);
  });

  test('log records of no span are rejected, and one that is sent again stands once', async () => {
    const collector = await takingCollector();
    const record = { traceId: TRACE, spanId: '00f067aa0ba902b7', body: { stringValue: 'hello' } };
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record, { body: {} }] }] }] };
    for (const _ of [1, 2]) {
      const answer = await send(collector, '/v1/logs', { body: JSON.stringify(request) });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.json()).toEqual({
        partialSuccess: {
          rejectedLogRecords: '1',
          errorMessage: '1 rejected: a log record is kept with the span that it names',
        },
      });
    }
    const path = `/api/spans?traces=${TRACE}`;
    const headers = { authorization: `Bearer ${collector.token}` };
    const lines = (await send(collector, path, { method: 'GET', headers })).text();
    expect(decodeForeignLog(lines)).toMatchObject({ body: 'hello', spanId: record.spanId });
  });

  test('metrics are counted and not kept, in each form', async () => {
    const collector = await takingCollector();
    const metric = { name: 'm', gauge: { dataPoints: [{ asInt: '1' }, { asInt: '2' }] } };
    const request = {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [metric, { sum: { dataPoints: [{}] } }] }] }],
    };
    const Request = metrics.v1.ExportMetricsServiceRequest;
    const Response = metrics.v1.ExportMetricsServiceResponse;
    const answer = await send(collector, '/v1/metrics', { body: JSON.stringify(request) });
    const errorMessage = expect.stringContaining('wiretape keeps no metrics');
    expect(answer.json()).toEqual({ partialSuccess: { rejectedDataPoints: '3', errorMessage } });
    const body = Request.encode(Request.fromObject(request)).finish();
    const said = await send(collector, '/v1/metrics', {
      body,
      headers: { 'content-type': PROTOBUF },
    });
    expect(Response.toObject(Response.decode(said.body), { longs: Number })).toEqual({
      partialSuccess: { rejectedDataPoints: 3, errorMessage },
    });
  });
});

test.each(['/v1/traces', '/v1/logs', '/v1/metrics'])(
  'an empty request to %s: 200',
  async (path) => {
    const collector = await takingCollector();
    const headers = { 'content-type': PROTOBUF };
    const answer = await send(collector, path, { headers });
    expect(answer).toMatchObject({ status: 200, headers });
    expect(answer.body).toHaveLength(0);
    expect((await send(collector, path, { body: '{}' })).text()).toBe('{}');
  },
);

/** What an exporter of logs would send. */
function logRecords(): Buffer {
  const Request = logs.v1.ExportLogsServiceRequest;
  const record = { timeUnixNano: '5', severityText: 'INFO', body: { stringValue: 'hello' } };
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record, record] }] }] };
  return Request.encode(Request.fromObject(request)).finish();
}

/** A google.rpc.Status: `int32 code = 1; string message = 2`. */
function statusIn(body: Uint8Array): { code: number; message: string } {
  const reader = protobuf.Reader.create(body);
  const said = { code: 0, message: '' };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 1 << 3) said.code = reader.int32();
    else if (tag === ((2 << 3) | 2)) said.message = reader.string();
    else throw new Error(`a Status has no field ${tag >>> 3}`);
  }
  return said;
}
