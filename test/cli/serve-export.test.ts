/** `wiretape serve --export`, as its users start it: what it sends of taps that could not, and what it refuses to send. */
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { openOtlpEndpoint, type TakenSpan } from '../kit/otlp-endpoint.ts';
import { server, until } from '../tap/kit.ts';
import { start, temporaryFolder, wiretape } from './wiretape.ts';

async function newState(): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return folder.path;
}

test('the token that taps write with is sent to nobody, and not repeated', async () => {
  const [state, endpoint] = [await newState(), await openOtlpEndpoint()];
  const token = (await wiretape(['token', 'write', '--state', state])).stdout.trim();
  const serve = ['serve', '--port', '0', '--state', state, '--export', endpoint.address];
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}` };
  const refused = await wiretape(serve, { env: headers });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('hold a token of this collector');
  expect(refused.stderr).toContain('[endpoint-refused]');
  expect(refused.stderr).not.toContain(token);
});

test('a collector does not export to itself', async () => {
  const state = await newState();
  const refused = await wiretape([
    ...['serve', '--port', '45320', '--state', state],
    ...['--export', 'otlp://localhost:45320'],
  ]);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('http://localhost:45320 is this collector itself.');
  expect(refused.stderr).toContain('[endpoint-refused]');
});

test('what a tap could not send is sent, with the headers that are for that endpoint', async () => {
  const state = await newState();
  const down = await openOtlpEndpoint();
  await down.close();
  const url = `http://127.0.0.1:${down.port}`;
  const echo = ['--', process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
  await using tap = start(['tap', '--state', state, '--otlp', url, ...echo]);
  tap.child.stdin?.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  expect(await tap.ended).toMatchObject({ code: 0 });
  const endpoint = await openOtlpEndpoint(down.port);
  const other = await openOtlpEndpoint();
  const to = ['--export', endpoint.address, '--export', other.address];
  await using serving = start(['serve', '--port', '0', '--state', state, ...to], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=S3CR3T' },
  });
  await until(() => [...endpoint.spans.values()].some(({ name }) => name === 'mcp session'));
  expect(endpoint.requests[0]?.headers['x-key']).toBe('S3CR3T');
  // It was over before anybody asked for exporting to the other.
  const otherUrl = `http://127.0.0.1:${other.port}`;
  await until(async () => {
    const { stdout } = await wiretape(['status', '--state', state]);
    return (
      stdout.includes(`exporting     to ${url}, all sent, 3 spans since it started\n`) &&
      stdout.includes(`exporting     to ${otherUrl}, nothing to send yet\n`)
    );
  });
  expect(other.requests).toEqual([]);
  serving.child.kill('SIGTERM');
  const { code, stderr } = await serving.ended;
  expect(code).toBe(0);
  expect(stderr).toContain(`${otherUrl} is not sent OTEL_EXPORTER_OTLP_HEADERS, which are for`);
  expect(stderr).not.toContain('S3CR3T');
});

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'save', arguments: { path: 'a.txt' }, _meta: { traceparent } },
};

/** The span of a call whose caller says its trace, exported by `serve` with these flags. */
async function exported(...flags: readonly string[]): Promise<TakenSpan> {
  const [state, endpoint] = [await newState(), await openOtlpEndpoint()];
  const to = ['--export', endpoint.address, ...flags];
  await using serving = start(['serve', '--port', '0', '--state', state, ...to]);
  await serving.says(/#token=/);
  await using tap = start(['tap', '--state', state, '--', ...server('answer')]);
  tap.child.stdin?.end(`${JSON.stringify(CALL)}\n`);
  expect(await tap.ended).toMatchObject({ code: 0 });
  return await until(async () =>
    [...endpoint.spans.values()].find(({ name }) => name === 'tools/call save'),
  );
}

test.each([
  [[], { traceId: traceparent.slice(3, 35), shown: {} }],
  [
    ['--otel-parent', 'remote', '--otel-payloads', 'preview'],
    {
      traceId: traceparent.slice(3, 35),
      shown: { 'wiretape.payload.request.text': expect.stringContaining('{"path":"a.txt"}') },
    },
  ],
  [
    ['--otel-payloads', 'genai'],
    {
      traceId: traceparent.slice(3, 35),
      shown: {
        'gen_ai.tool.call.arguments': '{"path":"a.txt"}',
        'openinference.span.kind': 'TOOL',
      },
    },
  ],
] as const)('what serve is told of spans is so of each: %j', async (flags, { traceId, shown }) => {
  const span = await exported(...flags);
  expect(span.traceId).toBe(traceId);
  expect(span.attributes).toMatchObject(shown);
  if (flags.length === 0) expect(JSON.stringify(span.attributes)).not.toContain('a.txt');
});

test('serve links callers in place of following them where it is told so', async () => {
  const span = await exported('--otel-parent', 'link');
  expect(span.traceId).not.toBe(traceparent.slice(3, 35));
  const caller = `${traceparent.slice(3, 35)}-${traceparent.slice(36, 52)}`;
  expect(span.attributes['wiretape.link.caller']).toBe(caller);
});

test.each([
  [['--export', 'otlp://127.0.0.1', '--otel-parent', 'maybe'], 'remote, link'],
  [['--export', 'otlp://127.0.0.1', '--otel-payloads', 'all'], 'preview, genai'],
  [['--otel-payloads', 'genai'], '--otel-… is for spans only.'],
])('serve %j is refused in one sentence, and nothing is started', async (flags, sentence) => {
  const state = await newState();
  const refused = await wiretape(['serve', '--port', '0', '--state', state, ...flags]);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(sentence);
  expect((await wiretape(['status', '--state', state])).stdout).toContain('does not run');
});
