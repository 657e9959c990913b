// Invariant: whatever the endpoint of live spans does, the traffic passes, the tap ends in bounded time, and each span
// was confirmed or is left to who exports the recording: none is lost, none is taken for another.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { type Answering, startReceiver } from '../../kit/receiver.ts';
import { outcome, server, start, tapped, temporaryFolder, until } from '../kit.ts';
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

const REASONS: readonly (readonly [string, Answering | 'refuse' | 'reset' | 'unknown', string])[] =
  [
    ['refuses', 'refuse', 'connection refused'],
    ['breaks the connection', 'reset', 'the connection was closed'],
    ['has a name that nobody knows', 'unknown', 'its name '],
    ['answers 429', { status: 429 }, '429 Too Many Requests'],
    ['answers 503', { status: 503 }, '503 Service Unavailable'],
    ['answers 400', { status: 400 }, '400 Bad Request'],
    ['has a page to log in', page('text/html; charset=utf-8', '<html></html>'), '(text/html'],
    ['says anything', page('text/plain', 'ok'), '(text/plain)'],
    ['says anything of no kind', page('', 'ok'), '(an answer of no kind)'],
    ['says no JSON', page('application/json', '<html>'), '(its answer cannot be read)'],
  ];

test.each(REASONS)(
  'an endpoint that %s: why is said, and nothing is confirmed',
  async (_, how, why) => {
    const receiver = await startReceiver();
    if (how === 'refuse') await receiver.close();
    else if (how !== 'unknown') receiver.answer(how);
    const url = how === 'unknown' ? 'http://nobody.invalid:4318' : receiver.url;
    const { child, ended, state, said } = await tapTo(url);
    await calls(child, 0, 10);
    await until(() => said().includes('otlp-failed'));
    child.stdin.end();
    await ended;
    expect(said()).toContain(
      `takes no spans: ${why.startsWith('(') ? 'what answers is no receiver of spans ' : ''}${why}`,
    );
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

test('garbage in protobuf confirms nothing', async () => {
  const receiver = await startReceiver();
  receiver.answer(page('application/x-protobuf', '<html>Log in</html>'));
  const { child, ended, state, said } = await tapTo(receiver.url, {});
  await calls(child, 0, 10);
  await until(() => said().includes('otlp-failed'));
  child.stdin.end();
  await ended;
  expect(said()).toContain('(its answer cannot be read)');
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
  expect(String(stderr)).toContain('rejects spans');
  expect(String(stderr)).not.toContain('\u001b');
});
