// Taps inside a program: a fetch, a server, a factory of servers. And an agent whose servers are reached in every
// way there is: it is one workflow.

import { rm } from 'node:fs/promises';
import process from 'node:process';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { workflows } from '../../model/workflow.ts';
import { tapFetch, tapServer } from '../../tap/index.ts';
import { built } from '../kit/built.ts';
import { everything, tapAt, upstream } from './http/kit.ts';
import { inOrder, journals, run, server, temporaryFolder } from './kit.ts';

const info = { name: 'in-process', version: '1.0.0' };

async function sessionsOf(state: string) {
  return (await journals(state))
    .flatMap(({ entries }) => viewsOf(entries))
    .map(({ session }) => session);
}

test.each([1, 2] as const)(
  'a fetch of SDK v%i records what it carries, and answers as before',
  async (version) => {
    const url = new URL(await everything('streamableHttp'));
    const state = await temporaryFolder();
    const fetch = tapFetch(globalThis.fetch, { name: 'everything', state });
    const client = version === 1 ? new ClientV1(info) : new ClientV2(info);
    const transport = version === 1 ? new HttpV1(url, { fetch }) : new HttpV2(url, { fetch });
    await client.connect(transport as never);
    const answer = await client.callTool({ name: 'echo', arguments: { message: 'grüße' } });
    expect(answer).toMatchObject({ content: [{ text: 'Echo: grüße' }] });
    await transport.terminateSession();
    await client.close();
    await fetch.close();
    const [session, ...more] = await sessionsOf(state);
    expect(more).toEqual([]);
    expect(session?.head).toMatchObject({
      transport: 'http',
      fidelity: 'bytes',
      host: { pid: process.pid },
    });
    expect(session?.calls.map(({ method, state: how }) => `${method} ${how}`)).toEqual(
      expect.arrayContaining(['initialize answered', 'tools/call answered']),
    );
    expect(session?.anomalies).toEqual([]);
  },
);

test('a fetch that fails, fails; what is no protocol is recorded without its bodies', async () => {
  const state = await temporaryFolder();
  const fetch = tapFetch(async () => Response.json({ access_token: 'tokentokentoken' }), {
    name: 'x',
    state,
  });
  const login = await fetch('http://localhost/token?code=codecodecode', {
    method: 'POST',
    body: new URLSearchParams({ code: 'codecodecode' }),
  });
  expect(await login.json()).toEqual({ access_token: 'tokentokentoken' });
  await fetch.close();
  expect(JSON.stringify(await journals(state))).not.toMatch(/tokentoken|codecode/);
  const broken = tapFetch(() => Promise.reject(new TypeError('fetch failed')), {
    name: 'y',
    state,
  });
  await expect(broken('http://localhost/mcp', { method: 'POST', body: '{}' })).rejects.toThrow(
    'fetch failed',
  );
  await broken.close();
});

test('a fetch that nobody answers is recorded with why, and its call as failed', async () => {
  const far = await upstream(() => {});
  await far.close();
  const state = await temporaryFolder();
  const fetch = tapFetch(globalThis.fetch, { name: 'nobody', state });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} });
  await expect(fetch(far.url, { method: 'POST', body })).rejects.toThrow('fetch failed');
  await fetch.close();
  const [session] = await sessionsOf(state);
  expect(session?.calls).toMatchObject([
    { state: 'failed', exchangeEnd: { ended: 'unreachable', reason: 'connection refused' } },
  ]);
});

describe('a factory of servers, one for each request', () => {
  const factory = () => {
    const made = new McpServer(info);
    made.registerTool('shout', {}, () => ({ content: [{ type: 'text', text: 'HELLO' }] }));
    return made;
  };

  test.each(['legacy', 'auto'] as const)('clients that are %s', async (mode) => {
    const state = await temporaryFolder();
    const tapped = tapServer(factory, { name: 'shouter', state });
    const handler = createMcpHandler(tapped);
    const fetch = (input: string | URL, init?: RequestInit) =>
      handler.fetch(new Request(input, init));
    const clients = [1, 2, 3].map(() => new ClientV2(info, { versionNegotiation: { mode } }));
    const answers = clients.map(async (client) => {
      await client.connect(new HttpV2(new URL('http://localhost/mcp'), { fetch }));
      const answer = await client.callTool({ name: 'shout', arguments: {} });
      await client.close();
      return answer;
    });
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ content: [{ text: 'HELLO' }] });
    }
    await handler.close();
    await tapped.close();
    const sessions = await sessionsOf(state);
    const calls = sessions
      .flatMap((session) => session.calls)
      .filter(({ method }) => method === 'tools/call');
    // All three used the same ids; each call has the answer of its own request.
    expect(calls.map(({ state: how }) => how)).toEqual(Array(3).fill('answered'));
    expect(new Set(calls.map(({ session }) => session)).size).toBe(1);
    expect(sessions.flatMap(({ anomalies }) => anomalies)).toEqual([]);
  });
});

test('an agent over three stdio servers, one over HTTP and one in itself is one workflow and one run', async () => {
  const state = await temporaryFolder();
  const tap = await tapAt(await everything('streamableHttp'), state, ['--name', 'remote']);
  const agent = await run([...server('agent'), await built(), state, tap.url]);
  expect(agent.code, String(agent.stderr)).toBe(0);
  await tap.end();
  const all = await journals(state);
  const heads = all.map(({ entries }) => inOrder(entries)[0]);
  expect(
    heads.map((head) => head?.type === 'session' && `${head.name} ${head.transport}`).sort(),
  ).toEqual([
    'everything stdio',
    'filesystem stdio',
    'inside in-process',
    'memory stdio',
    'remote http',
  ]);
  const pid = Number(String(agent.stdout));
  expect(heads).toMatchObject(Array(5).fill({ host: { pid } }));
  const [only, ...more] = workflows((await sessionsOf(state)).map(summaryOf));
  expect(more).toEqual([]);
  expect(only?.runs.map(({ sessions }) => sessions.length)).toEqual([5]);
  await rm(state, { recursive: true });
});
