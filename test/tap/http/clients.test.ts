// Real clients and a released server, with and without the tap in between: the same results; and what is recorded
// is the whole conversation, with nothing in it that the machine cannot place.

import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, test } from 'vitest';
import { viewsOf } from '../../../model/view.ts';
import { journals, temporaryFolder } from '../kit.ts';
import { dualEra, everything, tapAt } from './kit.ts';

const info = { name: 'some-client', version: '1.0.0' };

/** What a client hears from server-everything. */
async function conversation(client: ClientV1 | ClientV2, transport: unknown): Promise<unknown> {
  await client.connect(transport as never);
  const progress: unknown[] = [];
  const tools = await client.listTools();
  const echo = await client.callTool({ name: 'echo', arguments: { message: 'grüße 🎈' } });
  const args = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 3 } };
  const onprogress = (one: unknown) => void progress.push(one);
  const long =
    client instanceof ClientV1
      ? await client.callTool(args, undefined, { onprogress })
      : await client.callTool(args, { onprogress });
  const missing = await client.callTool({ name: 'none', arguments: {} }).catch(String);
  const resources = await client.listResources();
  const instructions = client.getInstructions();
  await client.close();
  return { tools, echo, long, progress, missing, resources, instructions };
}

const CLIENTS = {
  'SDK v1': (url: URL) => [new ClientV1(info), new HttpV1(url)],
  'SDK v2, legacy': (url: URL) => [new ClientV2(info), new HttpV2(url)],
  'SDK v2, auto': (url: URL) => [
    new ClientV2(info, { versionNegotiation: { mode: 'auto' } }),
    new HttpV2(url),
  ],
} as const;

test.each(Object.entries(CLIENTS))('%s hears the same through the tap', async (_, of) => {
  const url = await everything('streamableHttp');
  const state = await temporaryFolder();
  const tap = await tapAt(url, state);
  const [plainClient, plain] = of(new URL(url));
  const [tappedClient, tapped] = of(new URL(tap.url));
  const without = await conversation(plainClient as ClientV1, plain);
  expect(await conversation(tappedClient as ClientV1, tapped)).toEqual(without);
  expect(await tap.end()).toBe(0);
  const sessions = (await journals(state)).flatMap(({ entries }) => viewsOf(entries));
  const calls = sessions.flatMap(({ session }) => session.calls);
  expect(
    calls.filter(({ method }) => method === 'tools/call').map(({ state: how }) => how),
  ).toEqual(Array(3).fill('answered'));
  expect(calls.flatMap(({ progress = [] }) => progress)).toHaveLength(3);
  expect(sessions.flatMap(({ session }) => session.anomalies)).toEqual([]);
});

test('the older transport, in front of a server that tells a relative endpoint', async () => {
  const url = await everything('sse');
  const state = await temporaryFolder();
  const tap = await tapAt(url, state);
  const without = await conversation(new ClientV1(info), new SSEClientTransport(new URL(url)));
  const through = await conversation(new ClientV1(info), new SSEClientTransport(new URL(tap.url)));
  expect(through).toEqual(without);
  await tap.end();
  const [only, ...more] = (await journals(state)).flatMap(({ entries }) => viewsOf(entries));
  expect(more).toEqual([]);
  expect(only?.session.calls.every(({ state: how }) => how === 'answered')).toBe(true);
  expect(only?.session.anomalies).toEqual([]);
  expect(JSON.stringify(await journals(state))).not.toMatch(/sessionId=[0-9a-f-]{36}/);
});

/** What a client hears from the fixture that asks back: by requests in the older era, by rounds in the newer one. */
async function askedBack(mode: 'legacy' | 'auto', url: string): Promise<unknown> {
  const capabilities = { elicitation: { form: {} }, sampling: {} };
  const client = new ClientV2(info, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler('elicitation/create', async () => {
    return { action: 'accept', content: { username: 'ada', email: 'ada@example.org' } };
  });
  client.setRequestHandler('sampling/createMessage', async () => {
    return { role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } };
  });
  await client.connect(new HttpV2(new URL(url)));
  const progress: unknown[] = [];
  const onprogress = (one: unknown) => void progress.push(one);
  const heard = [
    (await client.listTools()).tools.map(({ name }) => name),
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, { onprogress }),
    await client.callTool({ name: 'test_elicitation', arguments: { message: 'Who?' } }),
    await client.callTool({ name: 'test_sampling', arguments: { prompt: 'Where?' } }),
    await client.callTool({ name: 'test_error_handling', arguments: {} }),
    (await client.listPrompts()).prompts.length,
    (await client.listResources()).resources.length,
  ];
  await client.close();
  return [heard, progress];
}

test.each(['legacy', 'auto'] as const)('a server of both eras that asks back, %s', async (mode) => {
  const url = await dualEra();
  const state = await temporaryFolder();
  const tap = await tapAt(url, state);
  expect(await askedBack(mode, tap.url)).toEqual(await askedBack(mode, url));
  await tap.end();
  const sessions = (await journals(state)).flatMap(({ entries }) => viewsOf(entries));
  const calls = sessions.flatMap(({ session }) => session.calls);
  const methods = new Set(calls.map(({ method }) => method));
  expect(methods.has(mode === 'auto' ? 'server/discover' : 'initialize')).toBe(true);
  expect(methods.has('elicitation/create')).toBe(mode === 'legacy');
  expect(
    calls.filter(({ method, state: how }) => method === 'tools/call' && how !== 'answered'),
  ).toEqual([]);
  expect(sessions.flatMap(({ session }) => session.anomalies)).toEqual([]);
});
