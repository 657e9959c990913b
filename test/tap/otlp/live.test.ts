/** Real clients and servers through taps that send spans: what arrives is what the recording says, span by span. */
import { join } from 'node:path';
import process from 'node:process';
import { Client as ClientV2, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { built, ROOT } from '../../kit/built.ts';
import { startReceiver } from '../../kit/receiver.ts';
import { askedBack, ERAS } from '../asked-back.ts';
import { dualEra, tapAt } from '../http/kit.ts';
import { outcome, server, start, tapped, temporaryFolder } from '../kit.ts';
import { checkWhole, recorded, recordedOne } from './sent.ts';

const JSON_PLEASE = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
const info = { name: 'live-test', version: '1.0.0' };
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

interface AnyClient {
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
  listTools(): Promise<unknown>;
  callTool(call: object): Promise<unknown>;
}
const CLIENTS = {
  'SDK v1': [ClientV1, StdioV1],
  'SDK v2': [ClientV2, StdioV2],
} as const;

describe.each(Object.entries(CLIENTS))('%s', (_, [Client, Transport]) => {
  test.each(['everything', 'memory'])('server-%s', async (name) => {
    const [receiver, state] = [await startReceiver(), await temporaryFolder()];
    const path = join(ROOT, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);
    const options = { state, options: ['--otlp', receiver.url] };
    const [command = '', ...args] = await tapped([process.execPath, path], options);
    const env = { ...JSON_PLEASE, MEMORY_FILE_PATH: join(state, 'memory.jsonl') };
    const client = new Client(info) as unknown as AnyClient;
    const transport = new Transport({ command, args, env, stderr: 'pipe' });
    let said = '';
    transport.stderr?.on('data', (text) => {
      said += String(text);
    });
    await client.connect(transport);
    await client.listTools();
    const tool = name === 'memory' ? 'read_graph' : 'echo';
    const call = { name: tool, arguments: { message: 'hello' }, _meta: { traceparent } };
    await client.callTool(call);
    await client.callTool({ name: 'no-such-tool', arguments: {} }).catch(() => {});
    // While it still runs: each span that is complete.
    await receiver.until(() => named(receiver, 'tools/call no-such-tool') !== undefined);
    expect(named(receiver, `tools/call ${tool}`)).toMatchObject({
      // A caller that does not sample is recorded all the same.
      traceId: traceparent.slice(3, 35),
      parentSpanId: traceparent.slice(36, 52),
    });
    expect(named(receiver, 'mcp session')).toBeUndefined();
    await client.close();
    const view = await recordedOne(state);
    expect(view.session.head?.otlp).toEqual({
      endpoint: receiver.url,
      destination: expect.stringMatching(/^[0-9a-f]{8}$/),
      parent: 'remote',
    });
    checkWhole(receiver, [view], said);
  });
});

function named({ spans }: Awaited<ReturnType<typeof startReceiver>>, name: string) {
  return [...spans.values()].find((span) => span.name === name);
}

test.each(ERAS)('over HTTP, every session of a %s client', async (era) => {
  const [receiver, state] = [await startReceiver(), await temporaryFolder()];
  const tap = await tapAt(await dualEra(), state, ['--otlp', receiver.url], JSON_PLEASE);
  await askedBack(era, new StreamableHTTPClientTransport(new URL(tap.url)));
  expect(await tap.end()).toBe(0);
  const views = await recorded(state);
  expect(views.length).toBeGreaterThan(0);
  checkWhole(receiver, views, tap.said());
});

test.each(['transportV1', 'serverV1', 'transportV2', 'fetchV2', 'factoryV2'])(
  'inside a program: %s',
  async (kind) => {
    const [receiver, state] = [await startReceiver(), await temporaryFolder()];
    await built();
    const entry = join(ROOT, 'dist/tap/index.js');
    const env = { OTLP: JSON.stringify({ url: receiver.url, settings: JSON_PLEASE }) };
    const child = start(server('unclosed', entry, state, kind, 'closes'), env);
    const ended = outcome(child);
    await receiver.until(() => named(receiver, 'tools/call now') !== undefined);
    child.stdin.write('\n');
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    checkWhole(receiver, await recorded(state), String(stderr));
  },
);

test('a caller’s context is only a link where that is wished, and the recording says so', async () => {
  const [receiver, state] = [await startReceiver(), await temporaryFolder()];
  const options = ['--otlp', receiver.url, '--otel-parent', 'link'];
  const meta = { traceparent };
  const input = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'a', params: { _meta: meta } })}\n`;
  const child = start(await tapped(server('answer'), { state, options }), JSON_PLEASE);
  const ended = outcome(child);
  child.stdin.write(input);
  await receiver.until(() => named(receiver, 'a') !== undefined);
  child.stdin.end();
  const { stderr } = await ended;
  const view = await recordedOne(state);
  expect(view.session.head?.otlp?.parent).toBe('link');
  checkWhole(receiver, [view], String(stderr));
  const span = named(receiver, 'a');
  expect(span?.parentSpanId).toBe(toSpans(view).spans[0]?.spanId);
  expect(span?.['links']).toMatchObject([{ traceId: traceparent.slice(3, 35) }]);
});
