// Invariant: whatever the endpoint of live spans does, the traffic passes, the tap ends in bounded time, and each span
// was confirmed or is left to who exports the recording: none is lost, none is taken for another.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { type Answering, startReceiver } from '../../kit/receiver.ts';
import { outcome, run, server, start, tapped, temporaryFolder, until } from '../kit.ts';
import { asked, calls, checkNoneLost, JSON_PLEASE, tapTo } from './calling.ts';
import { checkSent, checkWhole, recordedOne, unconfirmed } from './sent.ts';

const BAD: readonly (readonly [string, Answering])[] = [
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }],
  ['503', { status: 503 }],
  ['502', { status: 502 }],
];

test.each(BAD)('an endpoint that answers %s for a while: what waited arrives', async (_, how) => {
  const receiver = await startReceiver();
  receiver.answer(how);
  const { child, ended, state, said } = await tapTo(receiver.url);
  await calls(child, 0, 1000);
  await receiver.until(() => receiver.requests.length > 0);
  await until(() => said().includes('takes no spans'));
  expect(receiver.spans.size).toBe(0);
  receiver.answer({ status: 200 });
  await receiver.until(() => receiver.spans.size === 1000);
  await until(() => said().includes('takes spans again'));
  child.stdin.end();
  await ended;
  // One sentence when it began to fail, one when it worked again.
  const lines = said().split('\n');
  expect(
    lines.filter((line) => line.startsWith('wiretape: ') && !line.includes('Not all')),
  ).toHaveLength(2);
  await checkNoneLost(receiver, state, 1000);
});

const COUNT = 2000;

describe.each([
  ['refuses', undefined],
  ['hangs', 'hang'],
  ['answers 503', { status: 503 }],
  ['asks for an hour', { status: 429, headers: { 'retry-after': '3600' } }],
  ['answers 400', { status: 400 }],
] as const)('an endpoint that %s', (_, how) => {
  test('costs the traffic nothing, and the tap ends', async () => {
    const receiver = await startReceiver();
    if (how === undefined) await receiver.close();
    else receiver.answer(how);
    const { child, ended, state } = await tapTo(receiver.url);
    await calls(child, 0, COUNT);
    if (how !== undefined) await receiver.until(() => receiver.requests.length > 0);
    child.stdin.end();
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    // Nothing but what the server said, in lines of JSON; and one sentence about spans.
    expect(String(stdout)).not.toContain('otlp');
    expect(String(stderr).match(/otlp-failed/g)).toHaveLength(1);
    const view = await recordedOne(state);
    // The end of the server and that of the session: in between the last spans were waited for.
    expect(view.session.exit?.code).toBe(0);
    expect(unconfirmed(view, receiver)).toHaveLength(COUNT + 1);
    await checkNoneLost(receiver, state, COUNT);
  }, 60_000);
});

type How = Answering | 'refuse' | 'reset' | 'unknown' | 'h2c';

const REASONS: readonly (readonly [string, How, string])[] = [
  ['refuses', 'refuse', 'connection refused'],
  ['breaks the connection', 'reset', 'the connection was closed'],
  ['has a name that nobody knows', 'unknown', 'its name '],
  ['speaks HTTP/2 alone', 'h2c', 'it does not speak HTTP/1.1; where that is gRPC, OTLP over HTTP'],
  ['answers 429', { status: 429 }, 'it answers 429'],
  ['answers 503', { status: 503 }, 'it answers 503'],
  ['answers 400', { status: 400 }, 'it answers 400'],
  [
    'says what is wrong',
    { status: 400, body: '{"code":3,"message":"bad\\u001b[31m thing"}' },
    'it answers 400: bad?[31m thing',
  ],
  ['asks for a key', { status: 401 }, 'it answers 401 (the key it asks for goes into OTEL_'],
  [
    'has a page to log in',
    page('text/html; charset=utf-8', '<html></html>'),
    'it answers 200 with text/html, which is no answer of OTLP',
  ],
  ['says anything', page('text/plain', 'ok'), 'it answers 200 with text/plain, which is no'],
  ['says anything of no kind', page('', 'ok'), 'it answers 200 with an answer of no kind'],
  [
    'says no JSON',
    page('application/json', '<html>'),
    'it answers 200 with application/json that is no answer of OTLP; OTEL_EXPORTER_OTLP_PROTOCOL=',
  ],
  [
    'says JSON that is no object',
    page('application/json', '[]'),
    'it answers 200 with application/',
  ],
];

test.each(REASONS)(
  'an endpoint that %s: why is said, and nothing is confirmed',
  async (_, how, why) => {
    const receiver = await startReceiver();
    if (how === 'refuse') await receiver.close();
    else if (how !== 'unknown' && how !== 'h2c') receiver.answer(how);
    const url =
      how === 'unknown'
        ? 'http://nobody.invalid:4318'
        : how === 'h2c'
          ? await listenHttp2()
          : receiver.url;
    const { child, ended, state, said } = await tapTo(url);
    await calls(child, 0, 10);
    await until(() => said().includes('otlp-failed'));
    child.stdin.end();
    await ended;
    expect(said()).toContain(`takes no spans: ${why}`);
    const view = await recordedOne(state);
    expect(unconfirmed(view, { ...receiver, url })).toHaveLength(11);
  },
);

function page(type: string, body: string): Answering {
  return { status: 200, headers: { 'content-type': type }, body };
}

test('an endpoint that takes spans without a word is one', async () => {
  const receiver = await startReceiver();
  receiver.answer(page('', ''));
  const { child, ended, state, said } = await tapTo(receiver.url);
  await calls(child, 0, 10);
  await receiver.until(() => receiver.spans.size === 10);
  child.stdin.end();
  await ended;
  checkWhole(receiver, [await recordedOne(state)], said());
});

test('an endpoint that answers protobuf with an object of JSON has taken it', async () => {
  const receiver = await startReceiver();
  receiver.answer(page('application/json; charset=utf-8', '{"acceptedTraces":1}'));
  const { child, ended, state, said } = await tapTo(receiver.url, {});
  await calls(child, 0, 10);
  await receiver.until(() => receiver.requests.length > 0);
  child.stdin.end();
  await ended;
  expect(said()).toBe('');
  expect(unconfirmed(await recordedOne(state), receiver)).toEqual([]);
  expect(receiver.requests[0]?.headers['user-agent']).toMatch(
    /^wiretape\/\d.* OTel-OTLP-Exporter-/,
  );
});

test('what an endpoint rejects is told once, and in the end how much it was', async () => {
  const receiver = await startReceiver();
  const partialSuccess = { rejectedSpans: '2', errorMessage: 'quota' };
  receiver.answer(page('application/json', JSON.stringify({ partialSuccess })));
  const { child, ended, said } = await tapTo(receiver.url);
  for (let batch = 1; batch <= 3; batch++) {
    child.stdin.write(asked(batch));
    await receiver.until(() => receiver.requests.length >= batch);
  }
  child.stdin.end();
  await ended;
  const lines = said().trim().split('\n');
  const all = 2 * receiver.requests.length;
  expect(lines).toEqual(
    [2, all].map(
      (count) =>
        `wiretape: ${receiver.url} has rejected ${count} spans: quota. What is recorded has them. [otlp-failed]`,
    ),
  );
});

test('variables that cannot be used are told, and the server runs and its spans are sent', async () => {
  const receiver = await startReceiver();
  const { child, ended, said } = await tapTo(receiver.url, {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_HEADERS: 'never-repeated',
    OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd',
    OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
  });
  child.stdin.write(asked(1));
  await receiver.until(() => receiver.requests.length > 0);
  child.stdin.end();
  expect((await ended).code).toBe(0);
  expect(receiver.requests[0]?.headers['content-type']).toBe('application/x-protobuf');
  const lines = said().trim().split('\n').sort();
  expect(
    lines.map((line) => /^wiretape: OTEL_EXPORTER_OTLP_(\w+) (.*)$/.exec(line)?.slice(1)),
  ).toEqual([
    [
      'CERTIFICATE',
      'names a file that cannot be read (ENOENT), and is passed over. [endpoint-refused]',
    ],
    ['COMPRESSION', 'is zstd, none of gzip, none, and is passed over. [endpoint-refused]'],
    ['HEADERS', 'is no list of key=value, and is passed over. [endpoint-refused]'],
    [
      'PROTOCOL',
      'is grpc, none of http/protobuf, http/json, and is passed over. [endpoint-refused]',
    ],
    ['TIMEOUT', 'is soon, no number of ms, and is passed over. [endpoint-refused]'],
  ]);
});

test.each([
  [['--otel-payloads', 'genai'], {}, 'no spans are sent. Name a receiver by --otlp.'],
  [
    ['--otel-payloads', 'genai', '--capture', 'raw'],
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    'nothing of what is recorded with --capture raw. [not-redacted]',
  ],
])('%j: that no payloads are shown is said', async (options, env, sentence) => {
  const state = await temporaryFolder();
  const command = await tapped(server('answer'), { state, options });
  const { code, stderr } = await run(command, { env: { ...env }, input: asked(1) });
  expect(code).toBe(0);
  expect(String(stderr)).toContain(sentence);
});

/** As a receiver of OTLP over gRPC does. */
async function listenHttp2(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('garbage in protobuf confirms nothing', async () => {
  const receiver = await startReceiver();
  receiver.answer(page('application/x-protobuf', '<html>Log in</html>'));
  const { child, ended, state, said } = await tapTo(receiver.url, {});
  await calls(child, 0, 10);
  await until(() => said().includes('otlp-failed'));
  child.stdin.end();
  await ended;
  expect(said()).toContain('with application/x-protobuf that is no answer of OTLP');
  expect(unconfirmed(await recordedOne(state), receiver)).toHaveLength(11);
});

test.each(['takes all', 'hangs'])(
  'a burst whose client leaves at once, to an endpoint that %s',
  async (how) => {
    const receiver = await startReceiver();
    if (how === 'hangs') receiver.answer('hang');
    const { child, ended, state } = await tapTo(receiver.url);
    child.stdin.end(Array.from({ length: 8000 }, (_, id) => asked(id)).join(''));
    expect((await ended).code).toBe(0);
    await checkNoneLost(receiver, state, 8000);
  },
  60_000,
);

test.each(['SIGTERM', 'SIGKILL'] as const)('%s in the middle', async (signal) => {
  const receiver = await startReceiver();
  const { child, ended, state } = await tapTo(receiver.url);
  child.stdin.write(asked(-1, 'hang'));
  await calls(child, 0, 3000);
  await receiver.until(() => receiver.spans.size > 1000);
  child.kill(signal);
  await ended;
  const view = await recordedOne(state);
  checkSent(receiver, [view]);
  await checkNoneLost(receiver, state, 3000);
  if (signal === 'SIGKILL') return;
  const hung = toSpans(view).spans.find(({ name }) => name === 'hang');
  expect(hung?.attributes['wiretape.state']).toBe('abandoned');
});

test('in protobuf, which is the default, compressed, with headers and what is said of the place', async () => {
  const receiver = await startReceiver();
  const { child, ended, state } = await tapTo(receiver.url, {
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme,authorization=Bearer%20never-recorded',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=not-the-server',
    OTEL_SERVICE_NAME: 'not-the-server-either',
  });
  child.stdin.write(asked(1));
  await receiver.until(() => receiver.requests.length > 0);
  child.stdin.end();
  await ended;
  const [request] = receiver.requests;
  expect(request?.path).toBe('/v1/traces');
  expect(request?.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
    'x-tenant': 'acme',
    authorization: 'Bearer never-recorded',
  });
  const [resourceSpans] = decoded(request?.body ?? Buffer.alloc(0));
  const attributes = resourceSpans?.resource.attributes.map(({ key, value }) => [
    key,
    value.stringValue,
  ]);
  expect(Object.fromEntries(attributes ?? [])).toMatchObject({
    'service.name': 'answer',
    'deployment.environment.name': 'test',
  });
  // Nothing of this machine's processes, and nothing of the environment.
  expect(attributes?.map(([key]) => key).filter((key) => /process|host/.test(String(key)))).toEqual(
    [],
  );
  const view = await recordedOne(state);
  const [span] = resourceSpans?.scopeSpans[0]?.spans ?? [];
  const expected = toSpans(view).spans.find(({ name }) => name === 'ask');
  expect([hex(span?.spanId), hex(span?.traceId), span?.name]).toEqual([
    expected?.spanId,
    expected?.traceId,
    'ask',
  ]);
  const journal = await readFile(
    join(state, 'journal', `${view.session.id}.journal`),
    'latin1',
  ).catch(() => '');
  expect(journal).not.toContain('never-recorded');
});

const SCHEMA = `syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message KeyValue { string key = 1; Value value = 2; }
message Value { string string_value = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span { bytes trace_id = 1; bytes span_id = 2; string name = 5; }`;

interface Decoded {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly { key: string; value: { stringValue: string } }[];
    };
    readonly scopeSpans: readonly {
      readonly spans: readonly { traceId: Uint8Array; spanId: Uint8Array; name: string }[];
    }[];
  }[];
}

function decoded(body: Buffer): Decoded['resourceSpans'] {
  const type = protobuf.parse(SCHEMA).root.lookupType('Request');
  return (type.decode(body) as unknown as Decoded).resourceSpans;
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

test('bytes pass unchanged, whatever becomes of the spans', async () => {
  const receiver = await startReceiver();
  receiver.answer({
    status: 200,
    body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"\\u001b[31mno"}}',
  });
  const state = await temporaryFolder();
  const command = await tapped(server('echo'), { state, options: ['--otlp', receiver.url] });
  const child = start(command, JSON_PLEASE);
  const ended = outcome(child);
  const lines = [
    asked(1),
    'no json\n',
    `${JSON.stringify([{ jsonrpc: '2.0', id: 2, method: 'b' }])}\n`,
  ];
  child.stdin.write(lines.join(''));
  await receiver.until(() => receiver.spans.size > 0);
  child.stdin.end();
  const { stdout, stderr } = await ended;
  expect(String(stdout)).toBe(lines.join(''));
  // What an endpoint says reaches no terminal as it is.
  expect(String(stderr)).toContain('has rejected 1 span: ?[31mno.');
  expect(String(stderr)).not.toContain('\u001b');
});
