// What a response over HTTP is besides its message: framing, status, blocks, how it ends, when it does not come.
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { MISS_CODE, serveRecording, standIn, standIns } from '../../../replay/index.ts';
import { client, exit, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import {
  block,
  body,
  exchange,
  frames,
  JSON_TYPE,
  post,
  request,
  rpc,
  STREAM,
  URL_OF_ALL,
} from './asking.ts';

const MODERN = { 'mcp-protocol-version': '2026-07-28' };
const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const listen = (id: number | string) => ({
  id,
  method: 'subscriptions/listen',
  params: { toolsListChanged: true, _meta: meta },
});

const initializing = (protocolVersion: string) => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: 'some-client', version: '1.0.0' },
});

test('JSON comes as JSON and a stream as its blocks, with the live ids and all else as recorded', async () => {
  const answer = '{"jsonrpc":"2.0","id":1,"result":{ "n":1.0 }}';
  const { fetch, report } = standIn(
    tape('framing', [
      ...exchange(1, {
        said: toolCall(1, 'a'),
        type: 'application/json; charset=utf-8',
        headers: [
          ['x-else', '1'],
          ['retry-after', '3'],
        ],
        told: [server(answer, { exchange: 1, channel: 'response' })],
      }),
      ...exchange(2, {
        said: toolCall(2, 'b', {}, { progressToken: 2 }),
        type: STREAM,
        told: [
          frames(2, 'sse', 'id: 0\nretry: 500\ndata: \n\n'),
          block(2, { method: 'notifications/progress', params: { progressToken: 2, progress: 1 } }),
          frames(2, 'sse', ': keepalive\n\n'),
          block(2, toolText(2, 'done'), 'e1'),
          frames(2, 'sse', ': bye\n\n'),
        ],
      }),
    ]),
  );
  const one = await post(fetch, rpc(toolCall('x', 'a')));
  expect([one.status, one.headers.get('content-type'), one.headers.get('x-else')]).toEqual([
    200,
    'application/json; charset=utf-8',
    null,
  ]);
  expect(one.headers.get('retry-after')).toBe('3');
  expect(await one.text()).toBe('{"jsonrpc":"2.0","id":"x","result":{ "n":1.0 }}');
  const two = await post(fetch, rpc(toolCall(7, 'b', {}, { progressToken: 't' })));
  expect(two.headers.get('content-type')).toBe(STREAM);
  expect(await two.text()).toBe(
    [
      'id: 0\nretry: 500\ndata: ',
      'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}',
      ': keepalive',
      'id: e1\ndata: {"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"done"}]}}',
      ': bye',
      '',
    ].join('\n\n'),
  );
  expect(report().equal).toBe(true);
});

test('a status is played in its place, with a body that is no message', async () => {
  const { fetch, report } = standIn(
    tape('statuses', [
      ...exchange(1, {
        said: toolCall(1, 'a'),
        status: 401,
        type: 'text/plain',
        headers: [
          [
            'www-authenticate',
            'Bearer error="invalid_token", resource_metadata="http://far.test/x"',
          ],
        ],
        told: [frames(1, 'not-json', 'who are you?')],
      }),
      ...exchange(2, { said: toolCall(2, 'a'), status: 503 }),
      ...exchange(3, { said: toolCall(3, 'a'), status: null, ended: 'unreachable' }),
      ...exchange(4, {
        said: toolCall(4, 'a'),
        status: 404,
        type: JSON_TYPE,
        told: [body(4, { id: null, error: { code: -32001, message: 'Session not found' } })],
      }),
      ...exchange(5, {
        said: toolCall(5, 'a'),
        type: JSON_TYPE,
        told: [frames(5, 'not-one-line', '{\n"jsonrpc":"2.0",\n"id":5,\n"result":{}}\n')],
      }),
    ]),
  );
  const ask = () => post(fetch, rpc(toolCall(9, 'a')));
  const first = await ask();
  expect([first.status, await first.text()]).toEqual([401, 'who are you?']);
  // Where to log in is no business of a recording.
  expect(first.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  expect([(await ask()).status, (await ask()).status]).toEqual([503, 502]);
  const expired = await ask();
  expect([expired.status, (await expired.json()).id]).toEqual([404, null]);
  expect(await (await ask()).text()).toBe('{\n"jsonrpc":"2.0",\n"id":9,\n"result":{}}\n');
  expect(report().equal).toBe(true);
});

test('a body of several lines is one line of a pipe', async () => {
  const entries = tape('lines', [
    ...exchange(1, {
      said: toolCall(1, 'a'),
      type: JSON_TYPE,
      told: [frames(1, 'not-one-line', '{\n"jsonrpc":"2.0",\n"id":1,\n"result":{}}\n')],
    }),
  ]);
  const [input, output] = [new PassThrough(), new PassThrough()];
  const serving = serveRecording({ entries, input, output });
  input.end(`${JSON.stringify(rpc(toolCall(3, 'a')))}\n`);
  expect((await serving.done).equal).toBe(true);
  expect(String(output.read())).toBe('{ "jsonrpc":"2.0", "id":3, "result":{}} \n');
});

test('what no response can have is not played, and ends nothing', async () => {
  const evil = [
    ['content-type', 'text/plain\r\nset-cookie: a=b'],
    ['set-cookie', 'a=b'],
    ['location', 'http://far.test/'],
  ] as const;
  const { fetch } = standIn(
    tape('impossible', [
      ...exchange(1, { said: toolCall(1, 'a'), status: 42 }),
      ...exchange(2, { said: toolCall(2, 'a'), status: 204, type: STREAM }),
      ...exchange(3, { said: toolCall(3, 'a'), status: 307, headers: evil }),
    ]),
  );
  const gives = new AbortController();
  const never = post(fetch, rpc(toolCall(1, 'a')), { signal: gives.signal });
  never.catch(() => {});
  const empty = await post(fetch, rpc(toolCall(1, 'a')));
  expect([empty.status, await empty.text()]).toEqual([204, '']);
  const moved = await post(fetch, rpc(toolCall(1, 'a')));
  expect([moved.status, [...moved.headers]]).toEqual([307, []]);
  gives.abort();
  await expect(never).rejects.toThrow();
});

test('silence is silence, until the client gives up', async () => {
  const { fetch, report } = standIn(
    tape('silent', [
      ...exchange(1, { said: toolCall(1, 'a'), status: null, ended: 'client-closed' }),
      ...exchange(2, {
        said: toolCall(2, 'b'),
        type: JSON_TYPE,
        told: [body(2, toolText(2, 'x'))],
      }),
    ]),
  );
  const gives = new AbortController();
  let isOver = false;
  const silent = post(fetch, rpc(toolCall(1, 'a')), { signal: gives.signal }).finally(() => {
    isOver = true;
  });
  silent.catch(() => {});
  expect((await post(fetch, rpc(toolCall(2, 'b')))).status).toBe(200);
  expect(isOver).toBe(false);
  gives.abort();
  await expect(silent).rejects.toMatchObject({ name: 'AbortError' });
  expect(report().equal).toBe(true);
});

test('a stream that the server broke off breaks off, where it did', async () => {
  const { fetch } = standIn(
    tape('broken', [
      ...exchange(1, {
        said: toolCall(1, 'a'),
        type: STREAM,
        told: [block(1, { method: 'notifications/message', params: { level: 'info', data: 'x' } })],
        ended: 'server-closed',
      }),
    ]),
  );
  const reader = (await post(fetch, rpc(toolCall(4, 'a')))).body?.getReader();
  const first = await reader?.read();
  expect(String(Buffer.from(first?.value ?? []))).toContain('notifications/message');
  await expect(reader?.read()).rejects.toThrow('terminated');
});

test('a stream that was closed before its answer goes on where the client asks for it', async () => {
  const entries = tape('resumed', [
    ...exchange(1, {
      said: toolCall(1, 'a'),
      type: STREAM,
      told: [frames(1, 'sse', 'id: first\ndata: \n\n')],
    }),
    ...exchange(2, {
      method: 'GET',
      asked: [['last-event-id', '#0011223344']],
      type: STREAM,
      told: [block(2, toolText(1, 'late'), 'second', { exchange: 1, event: '#0011223344' })],
    }),
  ]);
  const { fetch, report } = standIn(entries);
  const closed = await post(fetch, rpc(toolCall(8, 'a')));
  expect(await closed.text()).toBe('id: first\ndata: \n\n');
  // Until somebody asks, the answer is not sent.
  expect(report()).toMatchObject({ equal: false, withheld: [{}] });
  const resumed = await request('GET', fetch, { 'last-event-id': 'first' });
  expect(await resumed.text()).toContain('"id":8,"result"');
  expect(report().equal).toBe(true);
});

test('closing the stream is the cancellation that a pipe recorded, and the other way round', async () => {
  const piped = tape('piped', [
    client({ ...listen(1) }),
    server({
      method: 'notifications/subscriptions/acknowledged',
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } },
    }),
    client({ method: 'notifications/cancelled', params: { requestId: 1, reason: 'enough' } }),
    client({ ...toolCall(2, 'a'), params: { name: 'a', arguments: {}, _meta: meta } }),
    server(toolText(2, 'x')),
  ]);
  const { fetch, report } = standIn(piped);
  const gives = new AbortController();
  const stream = await post(fetch, rpc(listen('l')), { headers: MODERN, signal: gives.signal });
  const reader = stream.body?.getReader();
  expect(String(Buffer.from((await reader?.read())?.value ?? []))).toContain('"l"');
  gives.abort();
  await expect(reader?.read()).rejects.toMatchObject({ name: 'AbortError' });
  const asked = rpc({ ...toolCall(2, 'a'), params: { name: 'a', arguments: {}, _meta: meta } });
  expect((await post(fetch, asked, { headers: MODERN })).headers.get('content-type')).toBe(
    JSON_TYPE,
  );
  expect(report()).toMatchObject({ equal: true, unmade: [] });

  const streamed = tape('streamed', [
    ...exchange(1, {
      said: listen(1),
      type: STREAM,
      told: [
        block(1, {
          method: 'notifications/subscriptions/acknowledged',
          params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } },
        }),
      ],
      ended: 'client-closed',
      asked: [['mcp-protocol-version', '2026-07-28']],
    }),
  ]);
  const server2 = standIn(streamed);
  const transport = server2.transport();
  await transport.start();
  await transport.send(rpc(listen('l')));
  const params = { requestId: 'l', reason: 'enough' };
  await transport.send(rpc({ method: 'notifications/cancelled', params }));
  expect(server2.report()).toMatchObject({ equal: true, misses: [] });
});

test('each initialize is the next recorded session, and one too many is a miss', async () => {
  const handshake = (name: string) => [...opening({ server: name })];
  const entries = [
    ...tape('twice', handshake('first')),
    ...tape('twice', handshake('second'), { id: '0TW1CE00000000000000000002' }),
  ];
  const servers = standIns(entries);
  const fetch = servers.fetch('twice');
  const params = initializing('2025-11-25');
  const init = () => post(fetch, rpc({ id: 0, method: 'initialize', params }));
  const [one, two, three] = [await init(), await init(), await init()];
  const [a, b] = [one.headers.get('mcp-session-id'), two.headers.get('mcp-session-id')];
  expect(a).toMatch(/^[0-9a-f-]{36}$/);
  expect(b).not.toBe(a);
  expect((await one.json()).result.serverInfo.name).toBe('first');
  expect((await two.json()).result.serverInfo.name).toBe('second');
  expect(await three.json()).toMatchObject({ id: 0, error: { code: MISS_CODE } });
  // Who is refused gets no name, by which it could end the session of another client.
  expect(three.headers.has('mcp-session-id')).toBe(false);
  const initialized = rpc({ method: 'notifications/initialized' });
  for (const id of [a, b]) {
    const { status } = await post(fetch, initialized, { headers: { 'mcp-session-id': id ?? '' } });
    expect(status).toBe(202);
  }
  const [first, second] = servers.report();
  expect([first?.equal, first?.misses.length, second?.misses]).toMatchObject([
    true,
    0,
    [{ reason: 'used-up', method: 'initialize' }],
  ]);
  // A session that its client has ended is gone.
  const headers = { 'mcp-session-id': a ?? '' };
  expect((await request('DELETE', fetch, headers)).status).toBe(200);
  expect((await post(fetch, initialized, { headers })).status).toBe(404);
});

test('a batch is answered as one, and what it asks in between makes it a stream', async () => {
  const batch = [rpc(toolCall(1, 'a')), rpc(toolCall(2, 'b'))];
  const { fetch, report } = standIn(
    tape('batches', [
      ...opening({ revision: '2025-03-26' }),
      client(batch),
      server(toolText(2, 'b')),
      server(toolText(1, 'a')),
      client(batch),
      server([rpc(toolText(1, 'a')), rpc(toolText(2, 'b'))]),
      client(batch),
      server({ method: 'notifications/message', params: { level: 'info', data: 'both' } }),
      server(toolText(1, 'a')),
      server(toolText(2, 'b')),
    ]),
  );
  const params = initializing('2025-03-26');
  const first = await post(fetch, rpc({ id: 0, method: 'initialize', params }));
  const headers = { 'mcp-session-id': first.headers.get('mcp-session-id') ?? '' };
  await post(fetch, rpc({ method: 'notifications/initialized' }), { headers });
  const live = [rpc(toolCall('x', 'a')), rpc(toolCall('y', 'b'))];
  const ids = async () =>
    ((await (await post(fetch, live, { headers })).json()) as { id: string }[]).map(({ id }) => id);
  expect(await ids()).toEqual(['y', 'x']);
  expect(await ids()).toEqual(['x', 'y']);
  const stream = await post(fetch, live, { headers });
  expect(stream.headers.get('content-type')).toBe(STREAM);
  const text = await stream.text();
  expect(text.match(/"data":"both"|"id":"."/g)).toEqual(['"data":"both"', '"id":"x"', '"id":"y"']);
  expect(report().equal).toBe(true);
});

test('a server that ended by itself ends all its responses', async () => {
  const { fetch, report } = standIn(
    tape('exits', [
      client(toolCall(1, 'a')),
      client(toolCall(2, 'b')),
      server(toolText(2, 'b')),
      exit(1),
    ]),
  );
  const open = post(fetch, rpc(toolCall(1, 'a')));
  open.catch(() => {});
  expect((await post(fetch, rpc(toolCall(2, 'b')))).status).toBe(200);
  await expect(open).rejects.toThrow();
  await expect(post(fetch, rpc(toolCall(3, 'c')))).rejects.toThrow();
  expect(report().equal).toBe(true);
});

test('what belongs to no request waits for the stream that the client opens', async () => {
  const { fetch, report } = standIn(
    tape('orphans', [
      ...opening(),
      server({ id: 0, method: 'roots/list' }),
      client({ id: 0, result: { roots: [] } }),
      server({ method: 'notifications/tools/list_changed' }),
    ]),
  );
  const params = initializing('2025-11-25');
  const first = await post(fetch, rpc({ id: 0, method: 'initialize', params }));
  const headers = { 'mcp-session-id': first.headers.get('mcp-session-id') ?? '' };
  await post(fetch, rpc({ method: 'notifications/initialized' }), { headers });
  expect(report().withheld).toHaveLength(2);
  const stream = await request('GET', fetch, headers);
  expect((await request('GET', fetch, headers)).status).toBe(409);
  const reader = stream.body?.getReader();
  const read = async () => String(Buffer.from((await reader?.read())?.value ?? []));
  expect(await read()).toContain('roots/list');
  expect((await post(fetch, rpc({ id: 0, result: { roots: [] } }), { headers })).status).toBe(202);
  expect(await read()).toContain('list_changed');
  expect(report().equal).toBe(true);
  await reader?.cancel();
  expect((await request('GET', fetch, headers)).status).toBe(200);
});

test('a server of the stateless era has no streams to open and no sessions to end', async () => {
  const { fetch } = standIn(tape('stateless', [client(listen(1))]));
  for (const method of ['GET', 'DELETE']) {
    const { status, headers } = await request(method, fetch, MODERN);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  }
  const discovery = await fetch(new URL('/.well-known/oauth-protected-resource', URL_OF_ALL));
  expect(discovery.status).toBe(404);
});
