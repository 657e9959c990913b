// Hostile clients of a stand-in over HTTP: none of them ends it or holds up another, and each is told in the report.
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type HttpServing, serveOverHttp } from '../../../replay/index.ts';
import { client, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { ask } from '../../tap/http/kit.ts';
import { closed, say } from '../../tap/http/raw.ts';
import { until } from '../../tap/kit.ts';
import { post, rpc } from './asking.ts';

async function serving(): Promise<HttpServing> {
  const many = Array.from({ length: 3 }, (_, at) => [
    client(toolCall(at, 'a')),
    server(toolText(at, `answer ${at}`)),
  ]);
  const one = await serveOverHttp({ entries: tape('target', many.flat()), port: 0 });
  onTestFinished(one.close);
  return one;
}

const json = { 'content-type': 'application/json' };

/** A client that means well is answered all the same. */
async function answers({ url }: HttpServing): Promise<void> {
  const to: typeof fetch = (_, init) => fetch(url, init);
  const response = await post(to, rpc(toolCall('w', 'a')));
  expect(await response.json()).toMatchObject({ id: 'w', result: {} });
}

test('bodies that are no message', async () => {
  const target = await serving();
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  for (const body of [
    '',
    'hello',
    '{"jsonrpc":',
    '[]',
    '42',
    '\uffff',
    deep,
    '{"__proto__":{"id":1}}',
  ]) {
    const { status, body: text } = await ask(target.url, { headers: json, body: [body] });
    expect([body.slice(0, 9), status]).toEqual([body.slice(0, 9), 400]);
    expect(JSON.parse(String(text))).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32700 },
    });
  }
  await answers(target);
  const [report] = target.report().sessions;
  expect(report?.misses.map(({ kind }) => kind)).toEqual(Array(7).fill('invalid'));
  expect(report?.misses.filter(({ reason }) => reason === 'not-json')).toHaveLength(3);
});

const drained = (socket: Socket): Promise<false> =>
  new Promise((resolve) => void socket.once('drain', () => resolve(false)));

test('a body without end, and one that is never finished', async () => {
  const target = await serving();
  const { port } = new URL(target.url);
  const huge = connect(Number(port), '127.0.0.1');
  huge.on('error', () => {});
  huge.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  // It is answered and cut; who goes on writing may not get to read the answer.
  const isOver = closed(huge).then(() => true);
  huge.resume();
  const chunk = `100000\r\n${'x'.repeat(1 << 20)}\r\n`;
  for (let sent = 0; sent < 80; sent++) {
    const isFull = !huge.write(chunk);
    if (isFull && (await Promise.race([isOver, drained(huge)]))) break;
  }
  await until(() => target.report().refused.length === 1);
  huge.destroy();
  const slow = connect(Number(port), '127.0.0.1');
  slow.on('error', () => {});
  slow.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"jsonrpc"');
  await answers(target);
  slow.destroy();
  await until(() => target.report().refused.length === 2);
  expect(target.report().refused).toEqual([
    { method: 'POST', path: '/mcp', status: 413, why: 'too-large' },
    { method: 'POST', path: '/mcp', status: 400, why: 'broken-off' },
  ]);
  await answers(target);
});

test('wrong methods, wrong hosts and origins, sessions that nobody has', async () => {
  const target = await serving();
  for (const method of ['PUT', 'PATCH', 'HEAD', 'OPTIONS']) {
    expect((await ask(target.url, { method })).status).toBe(405);
  }
  const { statuses } = await say(
    target.url,
    'TRACE /mcp HTTP/1.1\r\nHost: localhost\r\n\r\nGET * HTTP/1.1\r\nHost: localhost\r\n\r\n',
    { answers: 1 },
  );
  expect(statuses).toEqual([400]);
  const strange = { 'mcp-session-id': 'not-ours' };
  for (const method of ['GET', 'DELETE', 'POST']) {
    expect((await ask(target.url, { method, headers: strange })).status).toBe(404);
  }
  for (const headers of [
    { host: 'evil.test' },
    { origin: 'http://evil.test' },
    { origin: 'null' },
  ]) {
    const { status, body } = await ask(target.url, { method: 'GET', headers });
    expect([status, String(body)]).toEqual([403, expect.stringContaining('Invalid')]);
  }
  await answers(target);
  expect(target.report().refused.map(({ why }) => why)).toEqual([
    ...Array(4).fill('no-such-method'),
    ...Array(3).fill('no-session'),
  ]);
});

test('clients that leave in the middle of an answer', async () => {
  const big = 'y'.repeat(8 << 20);
  const entries = tape('leaving', [
    client(toolCall(1, 'big')),
    server({ method: 'notifications/message', params: { level: 'info', data: big } }),
    server(toolText(1, big)),
    client(toolCall(2, 'small')),
    server(toolText(2, 'x')),
  ]);
  const target = await serveOverHttp({ entries, port: 0 });
  onTestFinished(target.close);
  const gives = new AbortController();
  const to: typeof fetch = (_, init) => fetch(target.url, init);
  const response = await post(to, rpc(toolCall(1, 'big')), { signal: gives.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  gives.abort();
  await expect(reader?.read()).rejects.toThrow();
  const after = await post(to, rpc(toolCall(2, 'small')));
  expect(await after.json()).toMatchObject({ id: 2 });
});
