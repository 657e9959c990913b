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
import { analyse } from '../../../analysis/index.ts';
import { viewsOf } from '../../../model/view.ts';
import { askedBack, ERAS, recordedWhole } from '../asked-back.ts';
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
  // It asked for a tool that nobody offers, to hear the error.
  expect(analyse(sessions).map(({ rule }) => rule)).toEqual(['unlisted-tool-called']);
  expect(calls.filter(({ state: how }) => how === 'open' || how === 'abandoned')).toEqual([]);
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

test.each(ERAS)('a server of both eras that asks back, %s', async (era) => {
  const url = await dualEra();
  const state = await temporaryFolder();
  const tap = await tapAt(url, state);
  const over = (address: string) => new HttpV2(new URL(address));
  expect(await askedBack(era, over(tap.url))).toEqual(await askedBack(era, over(url)));
  await tap.end();
  await recordedWhole(era, state);
});
