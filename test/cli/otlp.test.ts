/**
 * OpenTelemetry's own exporters and a collector that was started as its users do: every span comes
 * in, in each form, and no secret reaches the disk.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../collector/index.ts';
import { LOCAL } from '../../collector/tokens.ts';
import { decodeForeignLog } from '../../model/otel/foreign-log-text.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { decodeForeignSpan } from '../../model/otel/foreign-span-text.ts';
import { statePaths } from '../../model/state.ts';
import { start, temporaryFolder, wiretape } from './wiretape.ts';

const SECRETS = {
  variable: 'k3J9xQ7vB2nM5tR8',
  header: 'Bearer Zm9vYmFyYmF6cXV4MTIz',
  password: 'hunter2-and-more',
  shape: `AKIA${'A1B2'.repeat(4)}`,
  own: 'kunde-47110815',
};

/** A collector on a free port whose user says what else is a secret. */
async function collecting() {
  const folder = await temporaryFolder();
  const state = join(folder.path, 'state');
  await mkdir(state);
  const config = '{ "redaction": { "names": ["internalId"] } }';
  await writeFile(join(state, 'wiretape.config.jsonc'), config);
  const token = (await wiretape(['token', 'write', '--state', state])).stdout.trim();
  const serving = start(['serve', '--port', '0', '--json', '--state', state], {
    env: { API_TOKEN: SECRETS.variable },
  });
  onTestFinished(async () => {
    await serving[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  const [, address = ''] = await serving.says(/"address":\s*"([^"]+)"/);
  return {
    state,
    to: (signal: string) => ({
      url: `${address}/v1/${signal}`,
      headers: { authorization: `Bearer ${token}` },
    }),
    async kept(traceId: string): Promise<readonly string[]> {
      serving.child.kill('SIGTERM');
      expect(await serving.ended).toMatchObject({ code: 0 });
      await using store = await openStore({ path: join(statePaths(state).store, 'store.db') });
      const range = { after: 0, limit: 10_000, bytes: 1 << 30 };
      const found = await store.of(LOCAL).spansOf([traceId], range);
      return found.map(({ line }) => line);
    },
  };
}

const COUNT = 1200;

/** A turn of an agent with many calls in it; gives its trace id. */
async function traced(exporter: SpanExporter): Promise<string> {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'agent',
      'deployment.apiKey': SECRETS.password,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('agent-sdk', '2.0.0');
  const turn = tracer.startSpan(
    `turn ${SECRETS.variable}`,
    { kind: SpanKind.INTERNAL },
    ROOT_CONTEXT,
  );
  const inside = trace.setSpan(context.active(), turn);
  for (let call = 0; call < COUNT; call++) {
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.call.arguments': JSON.stringify({ call, password: SECRETS.password }),
      'http.request.header.authorization': SECRETS.header,
      'customer.internalId': SECRETS.own,
      call,
    };
    const span = tracer.startSpan(
      'execute_tool notes',
      { kind: SpanKind.CLIENT, attributes },
      inside,
    );
    span.addEvent('asked', { text: `with ${SECRETS.shape} in it` });
    span.setStatus({ code: SpanStatusCode.ERROR, message: `refused ${SECRETS.variable}` });
    span.end();
  }
  turn.end();
  await provider.forceFlush();
  await provider.shutdown();
  return turn.spanContext().traceId;
}

test.each([
  ['protobuf', ProtobufExporter, CompressionAlgorithm.NONE],
  ['protobuf in gzip', ProtobufExporter, CompressionAlgorithm.GZIP],
  ['JSON', JsonExporter, CompressionAlgorithm.NONE],
  ['JSON in gzip', JsonExporter, CompressionAlgorithm.GZIP],
] as const)('an agent that exports %s', async (_, Exporter, compression) => {
  const collector = await collecting();
  const traceId = await traced(new Exporter({ ...collector.to('traces'), compression }));
  const spans = (await collector.kept(traceId)).map(
    (line) => decodeForeignSpan(line) as ForeignSpan,
  );
  expect(spans).toHaveLength(COUNT + 1);
  const turn = spans.find(({ parentSpanId }) => parentSpanId === undefined);
  expect(turn).toMatchObject({ name: expect.stringMatching(/^turn <secret:env:[0-9a-f]{8}>$/) });
  const calls = spans.filter(({ parentSpanId }) => parentSpanId === turn?.spanId);
  expect(
    calls.map(({ attributes }) => attributes['call']).sort((a, b) => Number(a) - Number(b)),
  ).toEqual(Array.from({ length: COUNT }, (_none, call) => call));
  expect(calls[0]).toMatchObject({
    kind: 'client',
    status: 'error',
    statusMessage: expect.stringMatching(/^refused <secret:env:/),
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.call.arguments': expect.stringMatching(/"password":"<secret:field:/),
      'http.request.header.authorization': expect.stringMatching(/<secret:/),
      'customer.internalId': expect.stringMatching(/^<secret:field:/),
    },
    events: [
      { name: 'asked', attributes: { text: expect.stringMatching(/^with <secret:aws-key:/) } },
    ],
    resource: { 'service.name': 'agent', 'deployment.apiKey': expect.stringMatching(/^<secret:/) },
    scope: 'agent-sdk',
  });
  await expectNoSecret(collector.state);
});

test.each([
  ['protobuf', ProtobufLogs],
  ['JSON', JsonLogs],
] as const)('what a model call says in log records, exported as %s', async (_, Exporter) => {
  const collector = await collecting();
  const exporter = new Exporter(collector.to('logs'));
  const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('model-calls');
  const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const inSpan = trace.setSpanContext(ROOT_CONTEXT, spanContext);
  const message = { role: 'user', parts: [{ type: 'text', content: `use ${SECRETS.shape}` }] };
  const record = {
    eventName: 'gen_ai.client.inference.operation.details',
    body: { messages: [message, { password: SECRETS.password }], tokens: 12 },
    attributes: { 'gen_ai.request.model': 'a-model', 'customer.internalId': SECRETS.own },
    context: inSpan,
  };
  logger.emit({ ...record, timestamp: 1_790_000_000_000 });
  logger.emit({ ...record, timestamp: 1_790_000_000_001, body: 'later', eventName: 'later' });
  logger.emit({ body: 'of no span', context: ROOT_CONTEXT });
  await provider.forceFlush();
  await provider.shutdown();
  const lines = await collector.kept(spanContext.traceId);
  expect(lines.map(decodeForeignSpan)).toEqual([undefined, undefined]);
  expect(lines.map(decodeForeignLog)).toMatchObject([
    {
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
      time: 1_790_000_000_000_000_000n,
      eventName: record.eventName,
      body: {
        messages: [
          { parts: [{ content: expect.stringMatching(/^use <secret:aws-key:/) }] },
          { password: expect.stringMatching(/^<secret:field:/) },
        ],
        tokens: 12,
      },
      attributes: { 'gen_ai.request.model': 'a-model' },
      scope: 'model-calls',
    },
    { body: 'later' },
  ]);
  await expectNoSecret(collector.state);
});

async function expectNoSecret(state: string): Promise<void> {
  const files = await readdir(state, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  expect(texts.length).toBeGreaterThan(3);
  for (const path of texts) {
    const bytes = await readFile(path);
    const found = Object.values(SECRETS).filter((secret) => bytes.includes(secret));
    expect({ path, found }).toEqual({ path, found: [] });
  }
}
