/**
 * Who gets in: every combination of Host, Origin and token, over requests and over WebSocket
 * upgrades. Only our own Host, no or our own Origin, and the right token in the right place do.
 */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Collector, startCollector } from '../../collector/index.ts';
import { statePaths } from '../../model/state.ts';
import { ask } from './kit.ts';

let collector: Collector;
let state: string;
const tokens: Record<string, string> = {};
let port: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'wt-'));
  collector = await startCollector({ state, port: 0, version: 'x' });
  port = new URL(collector.address).port;
  for (const use of ['read', 'write', 'admin']) {
    tokens[use] = await readFile(join(statePaths(state).tokens, use), 'utf8');
  }
  tokens['none'] = '';
  tokens['wrong'] = 'A'.repeat(43);
});
afterAll(async () => {
  await collector.close();
  await rm(state, { recursive: true });
});

const good = {
  hosts: ['127.0.0.1:P', 'localhost:P', '[::1]:P'],
  origins: [undefined, 'http://127.0.0.1:P', 'http://localhost:P'],
};
const bad = {
  hosts: [
    'evil.example',
    'evil.example:P',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:P',
    '0.0.0.0:P',
  ],
  origins: [
    'null',
    'http://evil.example',
    'https://127.0.0.1:P',
    'http://127.0.0.1:1',
    'http://127.0.0.1.evil.example:P',
    '',
  ],
};

interface Case {
  readonly host: string;
  readonly origin: string | undefined;
  readonly token: string;
  readonly allowed: boolean;
}

/** Each good one with each good one; and each bad one among good ones. */
const cases: Case[] = [
  ...good.hosts.flatMap((host) =>
    good.origins.map((origin) => ({ host, origin, token: 'read', allowed: true })),
  ),
  { host: good.hosts[0]!, origin: undefined, token: 'admin', allowed: true },
  ...bad.hosts.flatMap((host) =>
    [undefined, good.origins[1]].map((origin) => ({ host, origin, token: 'read', allowed: false })),
  ),
  ...bad.origins.map((origin) => ({ host: good.hosts[0]!, origin, token: 'read', allowed: false })),
  ...['none', 'wrong', 'write'].flatMap((token) =>
    good.origins.map((origin) => ({ host: good.hosts[0]!, origin, token, allowed: false })),
  ),
];

function headersOf({ host, origin }: Case): Record<string, string> {
  const own = (text: string) => text.replace(/P$/, port);
  return { host: own(host), ...(origin === undefined ? {} : { origin: own(origin) }) };
}

describe.each(cases)('Host $host, Origin $origin, token $token', (one) => {
  test(`a request ${one.allowed ? 'is answered' : 'is turned away'}`, async () => {
    const token = tokens[one.token]!;
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
    const answer = await ask(collector.address, '/api/sessions', {
      headers: { ...headersOf(one), ...authorization },
    });
    expect(answer.status === 200).toBe(one.allowed);
    if (!one.allowed)
      expect(answer.json()).toMatchObject({
        code: expect.stringMatching(/^(wrong-host|wrong-origin|no-token|wrong-token)$/),
      });
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'/);
  });

  test(`a live connection ${one.allowed ? 'is told what changes' : 'is told nothing'}`, async () => {
    const told = await firstMessage('/api/live', headersOf(one), tokens[one.token]!);
    expect(told).toBe(one.allowed ? '{"changed":[],"removed":[]}' : undefined);
  });
});

/** What a channel says first to a token, or undefined when it closes instead. */
function firstMessage(
  path: string,
  headers: Record<string, string>,
  token: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { origin, host } = headers;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: { host: host!, ...(origin === undefined ? {} : { origin }) },
    });
    socket.on('open', () => socket.send(token));
    socket.on('message', (data) => {
      resolve(String(data));
      socket.terminate();
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
  });
}

test('a token in the address, in a cookie or in another scheme opens nothing', async () => {
  const token = tokens['read']!;
  const ways: [path: string, headers: Record<string, string>][] = [
    [`/api/sessions?token=${token}`, {}],
    [`/api/sessions?access_token=${token}`, {}],
    ['/api/sessions', { cookie: `token=${token}` }],
    ['/api/sessions', { authorization: token }],
    ['/api/sessions', { authorization: `Basic ${token}` }],
    ['/api/sessions', { authorization: `Bearer ${token}x` }],
  ];
  for (const [path, headers] of ways)
    expect((await ask(collector.address, path, { headers })).status).toBe(401);
  const host = { host: `127.0.0.1:${port}` };
  expect(await firstMessage(`/api/live?token=${token}`, host, 'A'.repeat(43))).toBeUndefined();
});

test('no page may ship entries, and only the token for writing may', async () => {
  const host = { host: `127.0.0.1:${port}` };
  const ship = async (
    headers: Record<string, string>,
    token: string,
  ): Promise<string | undefined> =>
    new Promise((resolve) => {
      const { origin } = headers;
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ingest`, {
        headers: { host: host.host, ...(origin === undefined ? {} : { origin }) },
      });
      socket.on('open', () => {
        socket.send(token);
        socket.send('{"resume":"01ABC"}');
      });
      socket.on('message', (data) => {
        resolve(String(data));
        socket.terminate();
      });
      socket.on('error', () => resolve(undefined));
      socket.on('close', () => resolve(undefined));
    });
  expect(await ship({}, tokens['write']!)).toBe('{"ack":"01ABC","seq":-1}');
  for (const token of ['read', 'admin', 'wrong', 'none'])
    expect(await ship({}, tokens[token]!), token).toBeUndefined();
  for (const origin of ['null', `http://127.0.0.1:${port}`])
    expect(await ship({ origin }, tokens['write']!)).toBeUndefined();
});

test('methods that a page of another site could send change nothing', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'OPTIONS', 'DELETE']) {
    const answer = await new Promise<number | undefined>((resolve) => {
      httpRequest(`${collector.address}/api/sessions`, { method }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect([method, answer]).toEqual([method, 401]);
  }
});
