// Servers over HTTP that misbehave, real clients that leave: what becomes of their calls is said by every command,
// while the tap runs and after, with the true reason.
import { once } from 'node:events';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, createServer as createPlain, type Server } from 'node:net';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import type { Blame } from '../../../analysis/index.ts';
import type { Finding } from '../../../model/finding.ts';
import type { SessionSummary } from '../../../model/summary.ts';
import { viewsOf } from '../../../model/view.ts';
import { tapServer } from '../../../tap/index.ts';
import { type Ran, start } from '../../cli/wiretape.ts';
import { CERTIFICATE, KEY } from '../../kit/self-signed.ts';
import { journal, journals, temporaryFolder, until } from '../kit.ts';
import { everything, rpc, tapAt, upstream } from './kit.ts';

const REFUSAL = '{"jsonrpc":"2.0","error":{"code":-32603,"message":"x"},"id":null}';

/** A server that answers as its path says. */
const misbehaving = () =>
  upstream((request, response) => {
    request.resume();
    switch (request.url) {
      case '/500':
        return response.writeHead(500).end('oops');
      case '/refusal':
        response.writeHead(500, { 'content-type': 'application/json' });
        return response.end(REFUSAL);
      case '/page':
        return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hi</html>');
      case '/empty':
        return response.writeHead(200, { 'content-type': 'application/json' }).end();
      case '/429':
        return response.writeHead(429, { 'retry-after': '3' }).end('slow');
      default:
        return response.destroy();
    }
  });

const WAYS = ['500', 'refusal', 'page', 'empty', '429', 'destroyed'];

async function wiretape(...args: readonly string[]): Promise<Ran> {
  await using running = start(args);
  return await running.ended;
}

async function json<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse((await wiretape(...args, '--json')).stdout) as T;
}

test('six ways to give no answer are six failed calls with their reasons, live and after', async () => {
  const far = await misbehaving();
  const state = await temporaryFolder();
  const tap = await tapAt(far.url, state, ['--name', 'odd']);
  for (const way of WAYS)
    await rpc(`${tap.origin}/${way}`, { id: way, method: 'tools/call', params: { name: way } });
  await until(async () => {
    const [view] = viewsOf((await journal(state)).entries);
    return view?.session.errorCount === WAYS.length;
  });
  const said = async (): Promise<readonly string[]> => {
    const { findings } = await json<{ findings: Finding[] }>('check', '--state', state);
    return findings.map(
      ({ rule, message }) => `${rule}: ${message.replace(/, [\d.]+ s after/, '')}`,
    );
  };
  const expected = [
    'failed-request: tools/call 500 of the client of odd failed: HTTP 500 it was asked.',
    'failed-request: tools/call page of the client of odd failed: HTTP 200, without the answer it was asked.',
    'failed-request: tools/call empty of the client of odd failed: HTTP 200, without the answer it was asked.',
    'failed-request: tools/call 429 of the client of odd failed: HTTP 429 it was asked.',
    'failed-request: tools/call destroyed of the client of odd failed: no answer: the connection was closed it was asked.',
  ];
  const counts = async () => {
    const { sessions } = await json<{ sessions: SessionSummary[] }>('ls', '--state', state);
    return sessions.map(({ openCount, errorCount }) => [openCount, errorCount]);
  };
  expect(await counts()).toEqual([[0, 6]]);
  expect(await said()).toEqual(expected);
  expect((await wiretape('stuck', '--state', state)).stdout).toBe('No call waits.\n');
  expect(await tap.end()).toBe(0);
  expect(await counts()).toEqual([[0, 6]]);
  expect(await said()).toEqual(expected);
  const { stdout } = await wiretape('show', 'odd', '--state', state, '--stable');
  const shown = stdout.split('\n').filter((line) => / failed: /.test(line));
  expect(shown).toEqual([
    '← tools/call 500 failed: HTTP 500',
    '← tools/call page failed: HTTP 200, without the answer',
    '← tools/call empty failed: HTTP 200, without the answer',
    '← tools/call 429 failed: HTTP 429',
    '← tools/call destroyed failed: no answer: the connection was closed',
  ]);
  expect(stdout).toContain('ended unreachable: the connection was closed');
});

/** An address at which a server of this kind listens. */
async function at(kind: 'secure' | 'plain'): Promise<string> {
  const server: Server =
    kind === 'secure'
      ? createSecure({ key: KEY, cert: CERTIFICATE }, (_, response) => response.end())
      : createPlain((socket) => void socket.on('error', () => {}).end('HTTP/1.1 400 Bad\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

async function nobody(): Promise<string> {
  const far = await upstream(() => {});
  await far.close();
  return far.url;
}

const FAULTS: readonly (readonly [
  what: string,
  at: () => Promise<string>,
  why: string | RegExp,
])[] = [
  ['nobody listens', nobody, 'connection refused'],
  [
    'the name is of nobody',
    async () => 'http://nobody.invalid/mcp',
    /^its name (?:is not known|cannot be looked up now)$/,
  ],
  ['the certificate is self-signed', () => at('secure'), 'its certificate is self-signed'],
  ['TLS is spoken to one who does not', () => at('plain'), /^it does not speak TLS/],
  ['the connection is closed', async () => (await misbehaving()).url, 'the connection was closed'],
];

test.each(FAULTS)(
  'where %s, the 502, standard error, the recording and check say so',
  async (_, url, reason) => {
    const state = await temporaryFolder();
    const address = await url();
    const tap = await tapAt(address, state);
    const { status, body } = await rpc(tap.url, {
      id: 1,
      method: 'tools/call',
      params: { name: 'x' },
    });
    expect(status).toBe(502);
    const { message } = (JSON.parse(String(body)) as { error: { message: string } }).error;
    const [beginning, told = ''] = message.split(/: (?=\D)/);
    expect(beginning).toBe(`No answer from ${new URL(address).origin}`);
    if (typeof reason === 'string') expect(told).toBe(reason);
    else expect(told).toMatch(reason);
    await until(() =>
      tap.said().includes(`cannot be reached at ${new URL(address).origin}: ${told}`),
    );
    await tap.end();
    const ended = (await journal(state)).entries.find(
      (entry) => entry.type === 'http' && entry.phase === 'ended',
    );
    expect(ended).toMatchObject({ ended: 'unreachable', reason: told });
    const { stdout } = await wiretape('check', '--state', state);
    expect(stdout).toContain(`failed: no answer: ${told}, `);
    expect(stdout).not.toContain('wait longer');
  },
);

const info = { name: 'some-client', version: '1.0.0' };
const LONG = {
  name: 'trigger-long-running-operation',
  arguments: { duration: 60, steps: 600 },
};

/** The cause of each call that is blamed, as a live tap's sessions have it. */
async function blamed(state: string): Promise<readonly string[]> {
  const { stuck } = await json<{ stuck: Blame[] }>('stuck', '--state', state);
  return stuck.map(({ cause, owes }) => `${cause} ${owes}`);
}

test('who left a call of server-everything, which may be resumed, is told as gone, with where it left', async () => {
  const state = await temporaryFolder();
  const tap = await tapAt(await everything('streamableHttp'), state);
  const client = new ClientV1(info);
  await client.connect(new HttpV1(new URL(tap.url)) as never);
  let told = 0;
  const onprogress = (): void => void told++;
  const call = client.callTool(LONG, undefined, { onprogress }).catch(() => 'gone');
  await until(() => told > 0);
  expect(await blamed(state)).toEqual(['server-working server']);
  await client.close();
  expect(await call).toBe('gone');
  await until(async () => (await blamed(state))[0] === 'client-gone client');
  const { stuck } = await json<{ stuck: Blame[] }>('stuck', '--state', state);
  expect(stuck[0]?.evidence.at(-1)?.role).toBe('end of the exchange');
  await tap.end();
});

const HOW = {
  'aborts in 2026-07-28': { pin: '2026-07-28' },
  'closes before that': 'legacy',
} as const;

test.each(Object.entries(HOW))(
  'a call whose client %s is over, at a tap and inside a server made for it',
  async (_, mode) => {
    const [outside, inside] = [await temporaryFolder(), await temporaryFolder()];
    let asked = 0;
    const factory = tapServer(
      () => {
        const made = new McpServer(info);
        made.registerTool('wait', {}, () => {
          asked++;
          return new Promise<never>(() => {});
        });
        return made;
      },
      { name: 'patient', state: inside },
    );
    const handler = createMcpHandler(factory);
    const answer = toNodeHandler(handler);
    const far = await upstream((request, response) => void answer(request as never, response));
    const tap = await tapAt(far.url, outside);
    const client = new ClientV2(info, { versionNegotiation: { mode } });
    await client.connect(new HttpV2(new URL(tap.url)));
    const leaving = new AbortController();
    const options = mode === 'legacy' ? {} : { signal: leaving.signal };
    const call = client.callTool({ name: 'wait', arguments: {} }, options).catch(() => 'gone');
    await until(() => asked > 0);
    leaving.abort();
    if (mode === 'legacy') await client.close();
    expect(await call).toBe('gone');
    const waits = async (state: string): Promise<string[]> =>
      (await journals(state))
        .flatMap(({ entries }) => viewsOf(entries))
        .flatMap(({ session }) => session.calls)
        .filter(({ subject }) => subject === 'wait')
        .map(({ state: how, exchangeEnd }) => `${how} ${exchangeEnd?.ended}`);
    for (const state of [outside, inside]) {
      await until(async () => (await waits(state))[0] === 'cancelled client-closed');
    }
    await client.close();
    await tap.end();
    await handler.close();
    await factory.close();
    for (const state of [outside, inside]) {
      expect(await waits(state)).toEqual(['cancelled client-closed']);
      expect((await wiretape('check', '--state', state)).stdout).toMatch(/^Nothing found/);
    }
  },
);
