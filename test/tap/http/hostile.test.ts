// Hostile HTTP on both sides of a tap: what it takes reaches the upstream as one well-formed request, all else is
// refused, nobody waits for somebody else, and what grows without measure is not followed.

import { once } from 'node:events';
import { request as send } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { viewsOf } from '../../../model/view.ts';
import { SEED } from '../../kit/random.ts';
import { journal, temporaryFolder, until } from '../kit.ts';
import { checkBomb, checkNoise, slowHeads } from './hostile.ts';
import { rpc, tapAt } from './kit.ts';
import { OK, rawUpstream, say } from './raw.ts';

const PING = { id: 1, method: 'ping' };
const POST = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\n';
const GET_MORE = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
const BODY = 'Content-Length: 2\r\n\r\n{}';
const chunked = (chunks: string): string => `${POST}Transfer-Encoding: chunked\r\n\r\n${chunks}`;
const headers = (count: number): string => 'a: b\r\n'.repeat(count);

type Case = readonly [what: string, request: string, statuses: readonly number[], more?: string];

// Where one of two servers could see another end of the request than the other, or another request.
const CASES: readonly Case[] = [
  [
    'a length and chunks',
    `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${GET_MORE}`,
    [400],
  ],
  [
    'chunks and a length',
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n`,
    [400],
  ],
  ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `, [400]],
  ['two lengths that agree', `${POST}Content-Length: 2\r\n${BODY}`, [400]],
  ['a list of lengths', `${POST}Content-Length: 2, 2\r\n\r\n{}`, [400]],
  ['a signed length', `${POST}Content-Length: +2\r\n\r\n{}`, [400]],
  ['a length beyond all numbers', `${POST}Content-Length: ${'9'.repeat(30)}\r\n\r\n{}`, [400]],
  ['a length with a zero before it', `${POST}Content-Length: 02\r\n\r\n{}`, [200]],
  ['a space before a colon', `${POST}Content-Length : 2\r\n\r\n{}`, [400]],
  ['a folded header', `${POST}X-A: one\r\n two\r\n${BODY}`, [400]],
  ['a folded coding', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`, [400]],
  ['extensions of chunks', chunked('2;a=b;c="d"\r\n{}\r\n0;x\r\n\r\n'), [200]],
  ['an extension that ends in LF', chunked('2;\n{}\r\n0\r\n\r\n'), [400]],
  ['a chunk without a size', chunked('zz\r\n{}\r\n0\r\n\r\n'), [400]],
  ['a chunk whose size is 0x2', chunked('0x2\r\n{}\r\n0\r\n\r\n'), [400]],
  ['a chunk beyond all numbers', chunked('10000000000000002\r\n{}\r\n0\r\n\r\n'), [400]],
  ['chunks that end in LF', chunked('2\n{}\n0\n\n'), [400]],
  ['trailers', chunked('2\r\n{}\r\n0\r\nX-T: 1\r\n\r\n'), [200]],
  ['a head that ends in LF', 'POST /mcp HTTP/1.1\nHost: localhost\nContent-Length: 2\n\n{}', [400]],
  ['a bare CR', `${POST}X-A: one\rX-B: two\r\n${BODY}`, [400]],
  ['a NUL', `${POST}X-A: a\0b\r\n${BODY}`, [400]],
  ['bytes above ASCII', `${POST}X-A: \u00e9\u00ff\r\n${BODY}`, [200]],
  [
    'a coding below the chunks',
    `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    [501],
  ],
  ['a coding above the chunks', `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, [400]],
  [
    'chunks twice',
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    [400],
  ],
  ['a coding of nobody', `${POST}Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, [501]],
  ['a length of this connection only', `${POST}Connection: content-length\r\n${BODY}`, [200]],
  ['a Host of this connection only', `${POST}Connection: host\r\n${BODY}`, [200]],
  ['two Hosts', `${POST}Host: elsewhere.invalid\r\n${BODY}`, [400]],
  ['no Host', `POST /mcp HTTP/1.1\r\n${BODY}`, [400]],
  ['HTTP/1.0', `POST /mcp HTTP/1.0\r\nHost: localhost\r\n${BODY}`, [200]],
  ['HTTP/0.9', 'GET /mcp\r\n\r\n', [403]],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  [
    'an address of elsewhere',
    `POST http://elsewhere.invalid/mcp HTTP/1.1\r\nHost: localhost\r\n${BODY}`,
    [400],
  ],
  ['no path', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n', [400]],
  ['a tunnel', 'CONNECT elsewhere.invalid:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', []],
  [
    'WebSocket',
    'GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    [200],
  ],
  ['a line end in a path', `POST /mcp%0d%0aX-Evil:1 HTTP/1.1\r\nHost: localhost\r\n${BODY}`, [200]],
  ['a path that is no URL', `POST //%zz%u0000?%ff#" HTTP/1.1\r\nHost: localhost\r\n${BODY}`, [200]],
  ['a space in a path', `POST /mcp x HTTP/1.1\r\nHost: localhost\r\n${BODY}`, [400]],
  ['a method of nobody', `BREW /mcp HTTP/1.1\r\nHost: localhost\r\n${BODY}`, [400]],
  ['a body of a GET', `GET /mcp HTTP/1.1\r\nHost: localhost\r\n${BODY}`, [200]],
  [
    'three requests at once',
    `${POST}${BODY}${POST}${BODY}${POST}Content-Length: 0\r\n\r\n`,
    [200, 200, 200],
  ],
  ['one behind what is none', `GET / HTTP/1.1\r\nBad\r\n\r\n${GET_MORE}`, [400]],
  ['a hundred thousand headers', `${POST}${headers(100_000)}${BODY}`, [431]],
  ['a line of a megabyte', `${POST}X-A: ${'a'.repeat(1 << 20)}\r\n${BODY}`, [431]],
  [
    'a path of a megabyte',
    `POST /${'a'.repeat(1 << 20)} HTTP/1.1\r\nHost: localhost\r\n${BODY}`,
    [431],
  ],
];

test('what is taken reaches the upstream as so many well-formed requests, and nothing else does', async () => {
  const far = await rawUpstream();
  const tap = await tapAt(far.url, await temporaryFolder());
  const seen: unknown[] = [];
  for (const [what, request, expected] of CASES) {
    const before = far.requests.length;
    const { statuses } = await say(tap.url, request, { answers: expected.length || undefined });
    seen.push([what, statuses, far.requests.length - before]);
    expect((await rpc(tap.url, PING)).status).toBe(200);
    far.requests.pop();
  }
  const wanted = CASES.map(([what, , statuses]) => [
    what,
    statuses,
    statuses.filter((status) => status === 200).length,
  ]);
  expect(seen).toEqual(wanted);
  expect(far.malformed).toEqual([]);
  expect(JSON.stringify(far.requests)).not.toMatch(/smuggled|elsewhere|Upgrade/);
  expect(await tap.end()).toBe(0);
});

test('three thousand headers pass, and the body behind them', async () => {
  const far = await rawUpstream();
  const tap = await tapAt(far.url, await temporaryFolder());
  expect((await say(tap.url, `${POST}${headers(3000)}${BODY}`, { answers: 1 })).statuses).toEqual([
    200,
  ]);
  const [request] = far.requests;
  expect(request?.headers.filter(([name]) => name === 'a')).toHaveLength(3000);
  expect(request?.body).toBe('{}');
  await tap.end();
});

const AS_NOBODY = 'it answers no HTTP (';

const ANSWERS = [
  ['no HTTP', 'hello\r\n\r\n', 502, AS_NOBODY],
  ['nothing', undefined, 502, ': the connection was closed'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    502,
    AS_NOBODY,
  ],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ',
    502,
    AS_NOBODY,
  ],
  [
    'a folded header',
    'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\n{}',
    502,
    AS_NOBODY,
  ],
  ['a header without end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1 << 17)}\r\n\r\n`, 502, AS_NOBODY],
  [
    'a change of protocol',
    'HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
    502,
    'No answer from http://127.0.0.1:',
  ],
  [
    'a reason in other letters',
    'HTTP/1.1 200 \u00e2\u0082\u00ac\u00e9\u0001\r\nContent-Length: 2\r\n\r\n{}',
    200,
    '{}',
  ],
  ['a second answer that nobody asked for', `${OK}${OK.replace('{}', '[]')}`, 200, '{}'],
  ['hints before it', `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}`, 200, '{}'],
] as const;

test('what an upstream answers is passed on or is 502, and never keeps anybody waiting', async () => {
  const far = await rawUpstream(({ line }) => {
    const row = ANSWERS[Number(/^POST \/(\d+) /.exec(line)?.[1])];
    return row ? row[1] : OK;
  });
  const tap = await tapAt(far.url, await temporaryFolder());
  for (const [index, [what, , status, body]] of ANSWERS.entries()) {
    const answer = await rpc(`${tap.origin}/${index}`, PING);
    const told = expect.stringContaining(body);
    expect([what, answer.status, String(answer.body)]).toEqual([what, status, told]);
    expect((await rpc(tap.url, PING)).status).toBe(200);
  }
  expect(await tap.end()).toBe(0);
});

test('an upstream that never answers is waited for as without the tap, and holds up nobody else', async () => {
  const far = await rawUpstream(({ line }) => (line.includes('/mcp') ? '' : OK));
  const state = await temporaryFolder();
  const tap = await tapAt(far.url, state);
  const text = JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'x' },
  });
  const waiting = Array.from({ length: 20 }, () => {
    const request = send(tap.url, { method: 'POST', agent: false });
    request.on('error', () => {}).end(text);
    return request;
  });
  await until(() => far.requests.length === waiting.length);
  for (let id = 0; id < 20; id++)
    expect((await rpc(`${tap.origin}/other`, { id, method: 'ping' })).status).toBe(200);
  await until(async () => {
    const { entries } = await journal(state);
    return viewsOf(entries)[0]?.session.openCount === waiting.length;
  });
  for (const request of waiting) request.destroy();
  await until(async () => {
    const { entries } = await journal(state);
    const left = entries.filter((one) => one.type === 'http' && one.ended === 'client-closed');
    return left.length === waiting.length;
  });
  expect(await tap.end()).toBe(0);
});

describe('slow clients', () => {
  test('heads that never end hold up nobody', async () => {
    const far = await rawUpstream();
    const tap = await tapAt(far.url, await temporaryFolder());
    const slow = await slowHeads(tap.url, 100, 5);
    for (let id = 0; id < 100; id++)
      expect((await rpc(tap.url, { id, method: 'ping' })).status).toBe(200);
    slow.stop();
    expect(far.requests).toHaveLength(100);
    expect(await tap.end()).toBe(0);
  });

  test('a body that comes byte by byte is a body like any other', async () => {
    const far = await rawUpstream();
    const tap = await tapAt(far.url, await temporaryFolder());
    const text = JSON.stringify({ jsonrpc: '2.0', ...PING });
    const socket = connect(Number(new URL(tap.url).port), '127.0.0.1');
    socket.write(`${POST}Content-Length: ${text.length}\r\n\r\n`);
    for (const byte of text) {
      await new Promise((resolve) => socket.write(byte, resolve));
      await delay(1);
    }
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('HTTP/1.1 200 OK');
    expect(far.requests).toMatchObject([{ body: text }]);
    socket.destroy();
    expect(await tap.end()).toBe(0);
  });
});

test.each(['gzip', 'br'] as const)(
  'a bomb (%s) passes as it is, and is not followed',
  async (coding) => {
    await checkBomb(coding, 128);
  },
);

test(`noise breaks nothing (seed ${SEED})`, async () => {
  await checkNoise(500, SEED);
}, 60_000);
