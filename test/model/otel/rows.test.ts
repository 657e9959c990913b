// Whole spans, attribute by attribute, as each side reports them: the rows of the conventions' table, over pipes and HTTP, in both eras.
import { describe, expect, test } from 'vitest';
import type { ToSpans } from '../../../model/otel/options.ts';
import type { Span } from '../../../model/otel/span.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  http,
  opening,
  type Step,
  server,
  type TapeOptions,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';

const SESSION = '01N0TES0000000000000000000';

/** The only span of this name, as the side reports it. */
function span(
  name: string,
  steps: readonly Step[],
  options: ToSpans = {},
  head: TapeOptions['head'] = {},
): Span {
  const [view] = viewsOf(tape('notes', steps, { head }));
  const found = (view ? toSpans(view, options).spans : []).filter((one) => one.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Span;
}

/** What every span of these sessions says after their handshake. */
const EVERY = {
  'mcp.protocol.version': '2025-11-25',
  'mcp.server.name': 'test-server',
  'mcp.server.version': '1.0.0',
  'mcp.client.name': 'test-client',
  'mcp.client.version': '1.0.0',
  'wiretape.session': SESSION,
};
const HTTP = { transport: 'http', upstream: 'https://mcp.example/v1/mcp' } as const;
const SIDES = ['server', 'client'] as const;

const post = (exchange: number, said: object): Step[] => [
  http(exchange, 'opened', { method: 'POST', path: '/mcp', headers: [] }),
  client(said as never, { exchange, channel: 'request' }),
];

describe('a tool call over HTTP', () => {
  const steps = [
    ...opening(),
    ...post(4, toolCall('a', 'save')),
    server(toolText('a', 'ok'), { exchange: 4, channel: 'response' }),
  ];
  const own = {
    ...EVERY,
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'save',
    'jsonrpc.request.id': 'a',
    'network.transport': 'tcp',
    'network.protocol.name': 'http',
    'wiretape.from': 'client',
    'wiretape.request': `${SESSION}:5`,
    'wiretape.size.request': expect.any(Number),
    'wiretape.response': `${SESSION}:6`,
    'wiretape.size.response': expect.any(Number),
  };

  test('at the server', () => {
    const { kind, attributes } = span('tools/call save', steps, {}, HTTP);
    expect({ kind, attributes }).toEqual({ kind: 'server', attributes: own });
  });

  test('at the client, which knows where the server is', () => {
    const { kind, attributes } = span('tools/call save', steps, { side: 'client' }, HTTP);
    const where = { 'server.address': 'mcp.example', 'server.port': 443 };
    expect({ kind, attributes }).toEqual({ kind: 'client', attributes: { ...own, ...where } });
  });
});

describe.each(SIDES)('at the %s', (side) => {
  test.each([
    ['notifications/initialized', 'client', {}, {}],
    [
      'notifications/resources/updated',
      'server',
      { uri: 'note:1' },
      { 'mcp.resource.uri': 'note:1' },
    ],
    ['notifications/message', 'server', { level: 'info', data: 'x' }, {}],
    ['notifications/roots/list_changed', 'client', {}, {}],
  ] as const)('%s', (method, from, params, about) => {
    const say = from === 'client' ? client : server;
    const steps = [...opening().slice(0, 2), say({ method, params }, { at: 5000, sent: 5020 })];
    const { kind, attributes, start, end, error } = span(method, steps, { side });
    expect(kind).toBe(from === side ? 'client' : 'server');
    expect([end - start, error]).toEqual([20_000n, undefined]);
    expect(attributes).toEqual({
      ...EVERY,
      ...about,
      'mcp.method.name': method,
      'network.transport': 'pipe',
      'wiretape.from': from,
      'wiretape.request': `${SESSION}:3`,
      'wiretape.size.request': expect.any(Number),
    });
  });

  test.each(['sampling/createMessage', 'elicitation/create', 'roots/list', 'ping'])(
    'what the server asks: %s',
    (method) => {
      const steps = [...opening(), server({ id: 3, method }), client({ id: 3, result: {} })];
      const { kind, attributes } = span(method, steps, { side });
      expect(kind).toBe(side === 'server' ? 'client' : 'server');
      expect(attributes).toMatchObject({ 'wiretape.from': 'server', 'jsonrpc.request.id': '3' });
      expect(attributes['gen_ai.operation.name']).toBeUndefined();
    },
  );

  test('an error of the one that was asked is an error to whoever asked', () => {
    const code = -32602;
    const error = { code, message: 'no such root' };
    const steps = [...opening(), server({ id: 3, method: 'roots/list' }), client({ id: 3, error })];
    const { attributes, error: said } = span('roots/list', steps, { side });
    // The server asked: at the server it is the span of a client, and every error is one.
    const isError = side === 'server';
    expect(attributes['error.type']).toBe(isError ? String(code) : undefined);
    expect(said).toBe(isError ? error.message : undefined);
    expect(attributes['rpc.response.status_code']).toBe(String(code));
  });

  test('the session', () => {
    const { kind, attributes, parentSpanId } = span('mcp session', opening(), { side }, HTTP);
    expect([kind, parentSpanId]).toEqual(['internal', undefined]);
    expect(attributes).toEqual({
      ...EVERY,
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'wiretape.state': 'ready',
      ...(side === 'client' ? { 'server.address': 'mcp.example', 'server.port': 443 } : {}),
    });
  });
});

test('what the server asks, its client answers: that says nothing of where the server is', () => {
  const steps = [...opening(), server({ id: 3, method: 'roots/list' })];
  const { kind, attributes } = span('roots/list', steps, { side: 'client' }, HTTP);
  expect([kind, attributes['server.address']]).toEqual(['server', undefined]);
});

test('whose spans they are: the resource is the server', () => {
  const [view] = viewsOf(tape('notes', opening({ server: 'notes-server' })));
  expect(view && toSpans(view).resource).toEqual({
    'service.name': 'notes',
    'service.version': '1.0.0',
    'service.instance.id': SESSION,
  });
});

test('in the stateless era each message says who speaks and how', () => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'agent', version: '2.0.0' },
  };
  const { attributes } = span(
    'tools/call save',
    [...post(1, toolCall(1, 'save', {}, meta))],
    {},
    HTTP,
  );
  expect(attributes).toMatchObject({
    'mcp.protocol.version': '2026-07-28',
    'mcp.client.name': 'agent',
    'mcp.client.version': '2.0.0',
  });
  expect(attributes['mcp.session.id']).toBeUndefined();
});

test.each([
  ['{"jsonrpc":"1.0","id":1,"method":"ping"}', '1.0'],
  ['{"jsonrpc":2,"id":1,"method":"ping"}', '2'],
  ['{"jsonrpc":"2.0","id":1,"method":"ping"}', undefined],
  ['{"id":1,"method":"ping"}', undefined],
  ['{"jsonrpc":{},"id":1,"method":"ping"}', undefined],
])('%s says its version where it is another one', (text, version) => {
  const pings = span('ping', [client(text)]);
  expect(pings.attributes['jsonrpc.protocol.version']).toBe(version);
});

test('an exchange that ended without an answer says how', () => {
  const steps = [
    ...post(1, toolCall(1, 'save')),
    http(1, 'head', { status: 502, headers: [] }),
    http(1, 'ended', { ended: 'complete' }),
  ];
  const { attributes, error } = span('tools/call save', steps, {}, HTTP);
  expect(attributes).toMatchObject({
    'error.type': '_OTHER',
    'http.response.status_code': 502,
    'wiretape.exchange.ended': 'complete',
    'wiretape.state': 'failed',
  });
  expect(error).toBe('');
});

describe('one intention of several calls', () => {
  const follows = ({ attributes }: Span): unknown => attributes['wiretape.follows'];

  test('a task: what asks for it follows what began it', () => {
    const steps = [
      client({ id: 1, method: 'tools/call', params: { name: 'build', task: {} } }),
      server({ id: 1, result: { task: { taskId: 't-1', status: 'working' } } }),
      client({ id: 2, method: 'tasks/get', params: { taskId: 't-1' } }),
      server({ id: 2, result: { taskId: 't-1', status: 'completed' } }),
      client({ id: 3, method: 'tasks/result', params: { taskId: 't-1' } }),
    ];
    const call = span('tools/call build', steps);
    const poll = span('tasks/get', steps);
    expect(follows(poll)).toBe(`${SESSION}:1`);
    expect(poll.links).toMatchObject([{ traceId: call.traceId, spanId: call.spanId }]);
    expect(follows(span('tasks/result', steps))).toBe(`${SESSION}:3`);
  });

  test('a retry: the same once more after it was given up', () => {
    const steps = [
      client(toolCall(1, 'save', { n: 1 })),
      client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
      client(toolCall(2, 'save', { n: 1 })),
    ];
    const [view] = viewsOf(tape('notes', steps));
    const spans = view ? toSpans(view).spans : [];
    const [first, second] = spans.filter(({ name }) => name === 'tools/call save');
    expect(second && follows(second)).toBe(`${SESSION}:1`);
    expect(second?.links).toMatchObject([{ spanId: first?.spanId }]);
  });

  test('a subscription: what it brings belongs to it, by its id', () => {
    const brought = 'notifications/resources/updated';
    const steps = [
      client({
        id: 's1',
        method: 'subscriptions/listen',
        params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
      }),
      client(toolCall(2, 'save')),
      server({
        method: brought,
        params: {
          uri: 'note:1',
          _meta: { 'io.modelcontextprotocol/subscriptionId': 's1' },
        },
      }),
    ];
    const listen = span('subscriptions/listen', steps);
    expect(span(brought, steps).parentSpanId).toBe(listen.spanId);
  });
});

test('two requests of one id in flight, and both their answers, are two spans', () => {
  const steps = [
    client(toolCall(1, 'a'), { at: 1000 }),
    client(toolCall(1, 'b'), { at: 2000 }),
    server(toolText(1, 'of a'), { at: 3000, sent: 3010 }),
    server(toolText(1, 'of b'), { at: 4000, sent: 4010 }),
  ];
  const responses = ['a', 'b'].map((name) => span(`tools/call ${name}`, steps).attributes);
  expect(responses.map((one) => one['wiretape.response'])).toEqual([
    `${SESSION}:3`,
    `${SESSION}:4`,
  ]);
});

test('every span opens its message in the page, also of what was broken', () => {
  const steps = [...opening(), server('no message'), server(toolText(9, 'nobody asked'))];
  const [view] = viewsOf(tape('notes', steps));
  const urlOf = (message: string): string => `page of ${message}`;
  const [, ...spans] = view ? toSpans(view, { urlOf }).spans : [];
  expect(spans.map(({ attributes }) => attributes['wiretape.url'])).toEqual([
    `page of ${SESSION}:1`,
    `page of ${SESSION}:3`,
    `page of ${SESSION}:4`,
    `page of ${SESSION}:5`,
  ]);
});
