import { describe, expect, test } from 'vitest';
import { META } from '../../model/methods.ts';
import { CALL_TRANSITIONS, PHASE_TRANSITIONS } from '../../model/transitions.ts';
import { viewsOf } from '../../model/view.ts';
import {
  client,
  ends,
  exit,
  frame,
  note,
  opening,
  type Step,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { sessionText } from '../kit/session-text.ts';

const sessionOf = (steps: readonly Step[]) => {
  const [view] = viewsOf(tape('s', steps));
  if (!view) throw new Error('the tape is empty');
  return view.session;
};

const told = (...steps: Step[]): string => sessionText(sessionOf(steps));

const cancel = (requestId: unknown) => ({
  method: 'notifications/cancelled',
  params: { requestId },
});
const progress = (progressToken: unknown) => ({
  method: 'notifications/progress',
  params: { progressToken, progress: 1 },
});
const ask = (id: string | number) => ({ id, method: 'roots/list' });
const ok = (id: unknown) => ({ id, result: {} });
const no = (id: unknown, code = -32603) => ({ id, error: { code, message: 'no' } });

describe('a session of the legacy era', () => {
  test('opens, calls and ends', () => {
    expect(
      told(
        ...opening({ revision: '2025-06-18' }),
        client({ id: 1, method: 'tools/list' }),
        server({ id: 1, result: { tools: [] } }),
        client(toolCall(2, 'read')),
        server({ id: 2, result: { isError: true, content: [] } }),
        client(toolCall(3, 'none')),
        server(no(3, -32602)),
        client(toolCall(4, 'slow')),
        exit(1),
      ),
    ).toMatchInlineSnapshot(`
      "ended 2025-06-18 test-client/1.0.0 test-server/1.0.0
      client 0 initialize, :1 answered, :2 result
      client 1 tools/list, :4 answered, :5 result
      client 2 tools/call, read, :6 answered, :7 tool-error
      client 3 tools/call, none, :8 answered, :9 error, code -32602
      client 4 tools/call, slow, :10 abandoned
      client notifications/initialized, :3"
    `);
  });

  test('is ready only when initialize was accepted', () => {
    const hello = { id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } };
    expect(sessionOf([]).phase).toBe('spawned');
    expect(sessionOf([client(hello)]).phase).toBe('opening');
    expect(sessionOf([client(hello), server(no(0))]).phase).toBe('opening');
    expect(sessionOf([client(hello), server(ok(0))]).phase).toBe('ready');
    expect(sessionOf([client(hello), server(ok(0)), client({ ...hello, id: 1 })]).phase).toBe(
      'opening',
    );
    expect(sessionOf([server(hello), client(ok(0))]).phase).toBe('spawned');
  });

  test('says who speaks by what they said themselves', () => {
    const liar = { clientInfo: { name: 'liar' }, _meta: { [META.serverInfo]: { name: 'liar' } } };
    const session = sessionOf([
      ...opening(),
      server({ id: 0, method: 'initialize', params: liar }),
      client({ id: 0, result: liar }),
    ]);
    expect([session.client?.name, session.server?.name]).toEqual(['test-client', 'test-server']);
  });
});

describe('a session of the modern era', () => {
  test('has no opening, and each request says its revision', () => {
    const meta = {
      [META.protocolVersion]: '2026-07-28',
      [META.clientInfo]: { name: 'host', version: '3' },
      [META.clientCapabilities]: { roots: {} },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01',
    };
    const serverMeta = { [META.serverInfo]: { name: 'files', version: '2' } };
    const steps = [
      client({ id: 1, method: 'server/discover', params: { _meta: meta } }),
      server({ id: 1, result: { resultType: 'complete', capabilities: {}, _meta: serverMeta } }),
      client(toolCall(1, 'read', {}, meta)),
      server({ id: 1, result: { resultType: 'complete', content: [] } }),
      ends(),
    ];
    expect(told(...steps)).toMatchInlineSnapshot(`
      "ended 2026-07-28 host/3 files/2
      client 1 server/discover, :1 answered, :2 result, trace 319c
      client 1 tools/call, read, :3 answered, :4 result, trace 319c"
    `);
    const session = sessionOf(steps);
    expect(session.era).toBe('modern');
    expect(session.clientCapabilities).toEqual({ roots: {} });
    expect(session.calls[1]?.ties).toEqual({ resultType: 'complete' });
  });

  test('ties what a listener is told to its request, and nothing else', () => {
    const about = (id: unknown) => ({
      method: 'notifications/resources/updated',
      params: { uri: 'file:///a', _meta: { [META.subscriptionId]: id } },
    });
    expect(
      told(
        client({ id: 7, method: 'subscriptions/listen', params: {} }),
        server(about(7)),
        server(about('7')),
        server({ method: 'notifications/message', params: {} }),
        client(toolCall(8, 'ask')),
        server(ask(0)),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 7 subscriptions/listen, :1 open
      client 8 tools/call, ask, :5 open
      server 0 roots/list, :6 open, within :5
      server notifications/resources/updated, file:///a, :2, of :1
      server notifications/resources/updated, file:///a, :3
      server notifications/message, :4"
    `);
  });
});

describe('a response finds its request', () => {
  test('by an id with its type: 0, "", 1 and "1" are four', () => {
    expect(
      told(
        ...[0, '', 1, '1'].map((id) => client({ id, method: 'ping' })),
        ...['1', 1, '', 0].map((id) => server(ok(id))),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 0 ping, :1 answered, :8 result
      client "" ping, :2 answered, :7 result
      client 1 ping, :3 answered, :6 result
      client "1" ping, :4 answered, :5 result"
    `);
  });

  test('when its type was changed, and says so', () => {
    expect(
      told(
        client({ id: 1, method: 'ping' }),
        client({ id: '2', method: 'ping' }),
        client({ id: '03', method: 'ping' }),
        client({ id: '', method: 'ping' }),
        ...['1', 2, 3, 0].map((id) => server(ok(id))),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 ping, :1 answered, :5 result
      client "2" ping, :2 answered, :6 result
      client "03" ping, :3 open
      client "" ping, :4 open
      ! id-type-changed :5 by server, of :1
      ! id-type-changed :6 by server, of :2
      ! unknown-response :7 by server
      ! unknown-response :8 by server"
    `);
  });

  test('in the order of requests when an id is used again in flight on a pipe', () => {
    expect(
      told(
        client(toolCall(5, 'first')),
        client(toolCall(5, 'second')),
        server(ok(5)),
        client(toolCall(5, 'third')),
        server(no(5)),
        server(ok(5)),
        server(ok(5)),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 5 tools/call, first, :1 answered, :3 result
      client 5 tools/call, second, :2 answered, :5 error, code -32603, ordinal 1
      client 5 tools/call, third, :4 answered, :6 result, ordinal 1
      ! id-reused-in-flight :2 by client, of :2
      ! id-reused-in-flight :4 by client, of :4
      ! second-response :7 by server, of :4"
    `);
  });

  test('on its exchange when two clients use one id at once', () => {
    expect(
      told(
        client(toolCall(1, 'a'), { exchange: 1 }),
        client(toolCall(1, 'b'), { exchange: 2 }),
        server(ok(1), { exchange: 2 }),
        server(no(1), { exchange: 1 }),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 answered, :4 error, code -32603, exchange 1
      client 1 tools/call, b, :2 answered, :3 result, exchange 2"
    `);
  });

  test('never on another exchange where this one has a request, or two could be meant', () => {
    expect(
      told(
        client(toolCall(1, 'a'), { exchange: 1 }),
        client(toolCall(2, 'b'), { exchange: 2 }),
        server(ok(1), { exchange: 2 }),
        client(toolCall(1, 'c'), { exchange: 3 }),
        server(ok(1), { exchange: 9, channel: 'stream' }),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 open, exchange 1
      client 2 tools/call, b, :2 open, exchange 2
      client 1 tools/call, c, :4 open, exchange 3
      ! unknown-response :3 by server
      ! unknown-response :5 by server"
    `);
  });

  test('on the exchange whose stream was resumed', () => {
    expect(
      told(
        client(toolCall(1, 'a'), { exchange: 1 }),
        client(toolCall(1, 'b'), { exchange: 2 }),
        server(ok(1), { exchange: 4, channel: 'stream', resumes: { exchange: 1, event: '5' } }),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 answered, :3 result, exchange 1
      client 1 tools/call, b, :2 open, exchange 2"
    `);
  });

  test('of the server on an exchange of the client, and of no side on its own', () => {
    expect(
      told(
        client(toolCall(1, 'a'), { exchange: 1 }),
        server(ask(1), { exchange: 1, channel: 'stream' }),
        client(ok(1), { exchange: 2 }),
        client(ok(1), { exchange: 3 }),
        server(ok(1), { exchange: 1, channel: 'stream' }),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 answered, :5 result, exchange 1
      server 1 roots/list, :2 answered, :3 result, exchange 1, within :1
      ! second-response :4 by client, of :2"
    `);
  });

  test('or is said to answer nothing', () => {
    expect(
      told(server(ok(1)), server(no(null)), server({ error: { code: 1, message: '' } })),
    ).toMatchInlineSnapshot(`
      "spawned
      ! unknown-response :1 by server
      ! unknown-response :2 by server
      ! unknown-response :3 by server"
    `);
  });
});

describe('what becomes of a call', () => {
  test('answered after it was cancelled it is late; answered twice it stays as it was', () => {
    expect(
      told(
        client(toolCall(0, 'slow')),
        client(cancel(0)),
        server(ok(0)),
        server(no(0)),
        client(cancel(0)),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 0 tools/call, slow, :1 late, :3 result, cancelled :2
      client notifications/cancelled, :2, of :1
      client notifications/cancelled, :5, of :1
      ! second-response :4 by server, of :1"
    `);
  });

  test('cancelled and never answered, unlike what is cancelled by the wrong side or id', () => {
    expect(
      told(
        client(toolCall('', 'a')),
        client(toolCall(2, 'b')),
        client(cancel('')),
        server(cancel(2)),
        client(cancel('2')),
        client(cancel(undefined)),
        exit(0),
      ),
    ).toMatchInlineSnapshot(`
      "ended
      client "" tools/call, a, :1 cancelled, cancelled :3
      client 2 tools/call, b, :2 abandoned
      client notifications/cancelled, :3, of :1
      server notifications/cancelled, :4
      client notifications/cancelled, :5
      client notifications/cancelled, :6
      ! unknown-cancel :4 by server
      ! unknown-cancel :5 by client
      ! unknown-cancel :6 by client"
    `);
  });

  test('abandoned when the session ends first, also when it is asked after the end', () => {
    expect(
      told(client(toolCall(1, 'a')), exit(0), client(toolCall(2, 'b')), server(ok(1)), ends()),
    ).toMatchInlineSnapshot(`
      "ended
      client 1 tools/call, a, :1 answered, :4 result
      client 2 tools/call, b, :3 abandoned"
    `);
  });

  test('its progress comes by its token, not by its id', () => {
    const asked = (id: number, progressToken: unknown) =>
      client(toolCall(id, 'a', {}, { progressToken }));
    expect(
      told(
        asked(1, 'one'),
        asked(2, 0),
        server(progress('one')),
        server(progress(0)),
        server(progress(1)),
        client(progress('one')),
        server(ok(1)),
        server(progress('one')),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 answered, :7 result, progress :3 :8
      client 2 tools/call, a, :2 open, progress :4
      server notifications/progress, :3, of :1
      server notifications/progress, :4, of :2
      server notifications/progress, :5
      client notifications/progress, :6
      server notifications/progress, :8, of :1
      ! unknown-progress :5 by server
      ! unknown-progress :6 by client"
    `);
  });

  test('every event has a place in both tables', () => {
    for (const events of Object.values(CALL_TRANSITIONS)) {
      expect(Object.keys(events)).toEqual(['response', 'cancel', 'fail', 'end']);
      for (const next of Object.values(events)) expect(CALL_TRANSITIONS).toHaveProperty(next);
    }
    for (const events of Object.values(PHASE_TRANSITIONS)) {
      expect(Object.keys(events)).toEqual(['initialize', 'initialized', 'other', 'end']);
      for (const next of Object.values(events)) expect(PHASE_TRANSITIONS).toHaveProperty(next);
    }
  });
});

describe('what else crosses', () => {
  test('a request of the server belongs to the only call that is open', () => {
    expect(
      told(
        client(toolCall(1, 'a')),
        server(ask(0)),
        client(toolCall(2, 'b')),
        server(ask(1)),
        server(ok(1)),
        client(cancel(2)),
        server(ask(2)),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 answered, :5 result
      server 0 roots/list, :2 open, within :1
      client 2 tools/call, b, :3 cancelled, cancelled :6
      server 1 roots/list, :4 open
      server 2 roots/list, :7 open
      client notifications/cancelled, :6, of :3"
    `);
  });

  test('a request and a notification belong to the only call of their exchange', () => {
    const log = { method: 'notifications/message', params: {} };
    expect(
      told(
        client(toolCall(1, 'a'), { exchange: 1 }),
        client([toolCall(2, 'b'), toolCall(3, 'c')], { exchange: 2 }),
        server(ask(0), { exchange: 1 }),
        server(ask(1), { exchange: 1 }),
        server(ask(2), { exchange: 2 }),
        server(log, { exchange: 1 }),
        server(log, { exchange: 2 }),
        server(log, { exchange: 3 }),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 open, exchange 1
      client 2 tools/call, b, :2/0 open, exchange 2
      client 3 tools/call, c, :2/1 open, exchange 2
      server 0 roots/list, :3 open, exchange 1, within :1
      server 1 roots/list, :4 open, exchange 1, within :1
      server 2 roots/list, :5 open, exchange 2
      server notifications/message, :6, of :1
      server notifications/message, :7
      server notifications/message, :8
      ! malformed :2/0 by client, no-version
      ! malformed :2/1 by client, no-version"
    `);
  });

  test('the items of a batch are messages with places of their own', () => {
    expect(
      told(
        client([
          { jsonrpc: '2.0', id: 1, method: 'ping' },
          { jsonrpc: '2.0', ...toolCall(2, 'a') },
        ]),
        server([{ jsonrpc: '2.0', ...ok(2) }, 7, { jsonrpc: '2.0', ...ok(1) }]),
        server([]),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 ping, :1/0 answered, :2/2 result
      client 2 tools/call, a, :1/1 answered, :2/0 result
      ! malformed :2/1 by server, no-message
      ! malformed :3 by server, empty-batch"
    `);
  });

  test('what is no message, or too deep, is said and harms nothing', () => {
    expect(
      told(
        client(toolCall(1, 'a')),
        server('listening on stdin'),
        server(`${'['.repeat(300)}${']'.repeat(300)}`),
        frame('server', { why: 'over-cap', bytes: 9e6 }),
        frame('server', { why: 'invalid-utf8', base64: '/w==' }),
        server(''),
        server('{"__proto__":{"id":1,"result":{}},"constructor":{"method":"x"}}'),
        server('{"jsonrpc":"2.0","id":1,"result":{"__proto__":{"isError":true}}}'),
      ),
    ).toMatchInlineSnapshot(`
      "ready
      client 1 tools/call, a, :1 answered, :8 result
      ! malformed :2 by server, not-json
      ! malformed :3 by server, too-deep
      ! malformed :5 by server, invalid-utf8
      ! malformed :7 by server, no-version, no-message"
    `);
    expect(({} as { isError?: unknown }).isError).toBeUndefined();
  });

  test('lines that were not kept are known to be unread', () => {
    const session = sessionOf([
      frame('server', { why: 'over-cap', bytes: 9e6 }),
      frame('client', { why: 'metadata-only', bytes: 9 }),
      server('junk'),
    ]);
    expect(session.unread).toEqual([
      { seq: 1, at: 1000, from: 'server' },
      { seq: 2, at: 2000, from: 'client' },
    ]);
  });

  test('a pipe is full from the note that says so to the note that it takes again', () => {
    const full = note('full', { pipe: { from: 'client', isFull: true, seq: 1 } });
    const free = note('free', { pipe: { from: 'client', isFull: false, seq: 1 } });
    const call = client(toolCall(1, 'a'));
    expect(sessionOf([call, full]).fullPipes).toEqual({
      client: { seq: 1, note: { seq: 2, at: 2000 } },
    });
    expect(sessionOf([call, full, free]).fullPipes).toEqual({});
  });

  test('of standard error the newest lines are kept', () => {
    const session = sessionOf(Array.from({ length: 30 }, (_, line) => stderr(`${line}`)));
    expect(session.stderr.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, line) => `${line + 10}`),
    );
  });
});

test('a tool text and its call share an id', () => {
  const session = sessionOf([client(toolCall(1, 'a')), server(toolText(1, 'b'))]);
  expect(session.calls[0]?.outcome).toBe('result');
});
