/** Every row of the conventions' tables as a span: names, kinds, attributes and status by side, parents, links. */
import { describe, expect, test } from 'vitest';
import type { ToSpans } from '../../../model/otel/options.ts';
import type { Span } from '../../../model/otel/span.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  ends,
  frame,
  http,
  opening,
  type Step,
  server,
  type TapeOptions,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

function spansOf(
  steps: readonly Step[],
  options: ToSpans = {},
  head: TapeOptions['head'] = {},
): readonly Span[] {
  const [view] = viewsOf(tape('notes', steps, { head }));
  return view ? toSpans(view, options).spans : [];
}

function spanNamed(spans: readonly Span[], name: string): Span {
  const found = spans.filter((span) => span.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Span;
}

/** The span of one request that was answered so, by side. */
function answered(answer: object, side: 'server' | 'client'): Span {
  const steps = [...opening(), client(toolCall(7, 'save')), server({ id: 7, ...answer })];
  return spanNamed(spansOf(steps, { side }), 'tools/call save');
}

const failure = (code: number) => ({ error: { code, message: `no ${code}` } });

describe('a request and its answer', () => {
  test('what it says of itself', () => {
    const steps = [
      ...opening({ server: 'notes-server' }),
      client(toolCall(7, 'save', {}), { at: 10_000, sent: 10_010 }),
      server(toolText(7, 'ok'), { at: 30_000, sent: 30_020 }),
    ];
    const urlOf = (message: string): string => `http://127.0.0.1:4320/#/m/${message}`;
    const { attributes, start, end, ...span } = spanNamed(
      spansOf(steps, { urlOf }),
      'tools/call save',
    );
    expect(attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'save',
      'jsonrpc.request.id': '7',
      'mcp.protocol.version': '2025-11-25',
      'network.transport': 'pipe',
      'mcp.server.name': 'notes-server',
      'mcp.server.version': '1.0.0',
      'mcp.client.name': 'test-client',
      'mcp.client.version': '1.0.0',
      'wiretape.session': '01N0TES0000000000000000000',
      'wiretape.from': 'client',
      'wiretape.request': '01N0TES0000000000000000000:4',
      'wiretape.size.request': 86,
      'wiretape.response': '01N0TES0000000000000000000:5',
      'wiretape.size.response': 75,
      'wiretape.url': 'http://127.0.0.1:4320/#/m/01N0TES0000000000000000000:4',
    });
    expect(end - start).toBe(20_020_000n);
    expect(start).toBe(BigInt(Date.parse('2026-11-22T09:00:00.000Z')) * 1_000_000n + 10_000_000n);
    expect({ kind: span.kind, error: span.error, links: span.links }).toEqual({
      kind: 'server',
      error: undefined,
      links: [],
    });
  });

  test.each([
    [{ result: {} }, { server: [undefined, undefined], client: [undefined, undefined] }],
    [
      { result: { isError: true, content: [] } },
      { server: ['tool_error', undefined], client: ['tool_error', undefined] },
    ],
    ...[-32700, -32600, -32601, -32602, -32002].map(
      (code) =>
        [
          failure(code),
          { server: [undefined, String(code)], client: [String(code), String(code)] },
        ] as const,
    ),
    ...[-32603, -32000, -32020, -32021, -32022, -32042, 418, 1].map(
      (code) =>
        [
          failure(code),
          { server: [String(code), String(code)], client: [String(code), String(code)] },
        ] as const,
    ),
    [
      { error: { message: 'no code' } },
      { server: ['_OTHER', undefined], client: ['_OTHER', undefined] },
    ],
  ] as const)('answered with %j', (answer, expected) => {
    for (const side of ['server', 'client'] as const) {
      const { attributes, error, kind } = answered(answer, side);
      expect([kind, attributes['error.type'], attributes['rpc.response.status_code']]).toEqual([
        side === 'server' ? 'server' : 'client',
        ...expected[side],
      ]);
      // It has failed exactly where it has an error type; the words are the peer's.
      expect(error !== undefined).toBe(expected[side][0] !== undefined);
    }
  });

  test('what the peer said is the description of the status', () => {
    expect(answered(failure(-32603), 'server').error).toBe('no -32603');
  });

  test.each([
    ['prompts/get', { name: 'greet' }, 'prompts/get greet', { 'gen_ai.prompt.name': 'greet' }],
    ['resources/read', { uri: 'a:b' }, 'resources/read', { 'mcp.resource.uri': 'a:b' }],
    ['resources/subscribe', { uri: 'a:b' }, 'resources/subscribe', { 'mcp.resource.uri': 'a:b' }],
    ['tools/list', {}, 'tools/list', {}],
    ['vendor/own', { name: 'x' }, 'vendor/own', {}],
  ])('%s is about what it names', (method, params, name, expected) => {
    const { attributes } = spanNamed(spansOf([client({ id: 1, method, params })]), name);
    expect(attributes).toMatchObject({ 'mcp.method.name': method, ...expected });
    const named = Object.keys(attributes).filter((key) => /^(?:gen_ai|mcp\.resource)/.test(key));
    expect(named).toEqual(Object.keys(expected));
  });

  test.each([
    [0, '0'],
    ['', ''],
    ['a-1', 'a-1'],
  ])('the id %j is said as text', (id, expected) => {
    const span = spanNamed(spansOf([client({ id, method: 'ping' })]), 'ping');
    expect(span.attributes['jsonrpc.request.id']).toBe(expected);
  });

  test('asked by the server it is a client span on the side of the server', () => {
    const steps = [
      ...opening(),
      client(toolCall(1, 'ask')),
      server({ id: 1, method: 'roots/list' }),
    ];
    expect(spanNamed(spansOf(steps), 'roots/list').kind).toBe('client');
    expect(spanNamed(spansOf(steps, { side: 'client' }), 'roots/list').kind).toBe('server');
  });
});

describe('over HTTP', () => {
  const head = { transport: 'http', upstream: 'http://127.0.0.1:9/mcp' } as const;

  test('the client knows where the server is', () => {
    const [own] = spansOf([], { side: 'client' }, head);
    expect(own?.attributes).toMatchObject({
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'server.address': '127.0.0.1',
      'server.port': 9,
    });
    expect(spansOf([], {}, head)[0]?.attributes['server.port']).toBeUndefined();
  });

  test('the message counts before the header, the header before nothing', () => {
    const other = 'c'.repeat(32);
    const header = `00-${other}-${PARENT}-00`;
    const opened = http(1, 'opened', {
      method: 'POST',
      path: '/mcp',
      headers: [['Traceparent', header]],
    });
    const asked = (meta?: object) =>
      spanNamed(
        spansOf([opened, client(toolCall(1, 'a', {}, meta), { exchange: 1 })], {}, head),
        'tools/call a',
      );
    expect(asked().traceId).toBe(other);
    expect(asked({ traceparent: TRACEPARENT }).traceId).toBe(TRACE);
    expect(asked({ traceparent: 'no' }).traceId).toBe(other);
    // What the header said is not forgotten, where the message says otherwise.
    const { links, attributes } = asked({ traceparent: TRACEPARENT });
    expect(links).toEqual([
      {
        traceId: other,
        spanId: PARENT,
        isRemote: true,
        attributes: { 'wiretape.link.kind': 'header' },
      },
    ]);
    expect(attributes['wiretape.link.header']).toBe(`${other}-${PARENT}`);
    expect(asked({ traceparent: header }).links).toEqual([]);
    const told = [opened, client({ method: 'notifications/initialized' }, { exchange: 1 })];
    expect(spanNamed(spansOf(told, {}, head), 'notifications/initialized').traceId).toBe(other);
    const back = [opened, server({ method: 'notifications/message' }, { exchange: 1 })];
    expect(spanNamed(spansOf(back, {}, head), 'notifications/message').traceId).not.toBe(other);
  });
});

describe('without an answer', () => {
  const hung = client(toolCall(1, 'hang'), { at: 5000 });

  test.each([
    ['open', [hung], { 'error.type': '_OTHER', 'wiretape.state': 'open' }, 0],
    ['abandoned', [hung, ends()], { 'error.type': '_OTHER', 'wiretape.state': 'abandoned' }, 1000],
    [
      'cancelled',
      [hung, client({ method: 'notifications/cancelled', params: { requestId: 1 } }, { at: 9000 })],
      { 'error.type': 'cancelled', 'wiretape.state': 'cancelled' },
      4000,
    ],
  ])('%s: it is a span all the same', (_, steps, expected, micros) => {
    const { attributes, start, end, error } = spanNamed(spansOf(steps), 'tools/call hang');
    expect(attributes).toMatchObject(expected);
    expect([error, Number(end - start) / 1000]).toEqual(['', micros]);
  });

  test('an answer that comes when it was given up is a span of its own', () => {
    const steps = [
      hung,
      client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
      server(toolText(1, 'late')),
    ];
    const spans = spansOf(steps);
    const { attributes, error, spanId } = spanNamed(spans, 'tools/call hang');
    expect([attributes['wiretape.state'], error]).toEqual(['cancelled', '']);
    expect(spanNamed(spans, 'late-response')).toMatchObject({
      parentSpanId: spanId,
      attributes: { 'wiretape.from': 'server', 'wiretape.faults': ['late-response'] },
    });
  });
});

describe('where it belongs', () => {
  const asked = [
    ...opening(),
    client(toolCall(1, 'a', {}, { traceparent: TRACEPARENT, tracestate: 'x=1' })),
  ];

  test('to its caller, in the caller’s trace', () => {
    const { traceId, parentSpanId, traceState, links } = spanNamed(spansOf(asked), 'tools/call a');
    expect({ traceId, parentSpanId, traceState, links }).toEqual({
      traceId: TRACE,
      parentSpanId: PARENT,
      traceState: 'x=1',
      links: [],
    });
  });

  test('all of it to the trace that the server was started in, below the span of the session', () => {
    const steps = [...opening(), client(toolCall(1, 'a')), server(toolText(1, 'ok'))];
    const [session, ...rest] = spansOf(steps, {}, { traceparent: TRACEPARENT });
    expect(session).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
    expect(rest.length).toBeGreaterThan(1);
    for (const { traceId, parentSpanId } of rest)
      expect([traceId, parentSpanId]).toEqual([TRACE, session?.spanId]);
    const [linked, ...others] = spansOf(steps, { parent: 'link' }, { traceparent: TRACEPARENT });
    expect(linked?.traceId).not.toBe(TRACE);
    expect(new Set(others.map(({ traceId }) => traceId))).toEqual(new Set([linked?.traceId]));
  });

  test('to the trace that its tap passes on, below the span of the session', () => {
    const propagated = `00-${'d'.repeat(32)}-${'e'.repeat(16)}-01`;
    const steps = [client(toolCall(1, 'a'), { propagated }), server(toolText(1, 'ok'))];
    const [session, call] = spansOf(steps);
    expect(session?.traceId).toBe('d'.repeat(32));
    expect(call).toMatchObject({
      traceId: 'd'.repeat(32),
      spanId: 'e'.repeat(16),
      parentSpanId: session?.spanId,
    });
  });

  test('or, when that is wished, to the session, with a link to its caller', () => {
    const spans = spansOf(asked, { parent: 'link' });
    const { traceId, parentSpanId, links, attributes } = spanNamed(spans, 'tools/call a');
    expect([traceId, parentSpanId]).toEqual([spans[0]?.traceId, spans[0]?.spanId]);
    expect(links).toEqual([
      {
        traceId: TRACE,
        spanId: PARENT,
        isRemote: true,
        attributes: { 'wiretape.link.kind': 'caller' },
      },
    ]);
    expect(attributes['wiretape.link.caller']).toBe(`${TRACE}-${PARENT}`);
  });

  test.each([
    ['zero trace', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['zero span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', TRACEPARENT.toUpperCase()],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['short', '00-1-2-01'],
    ['no text', 7],
  ])('a context that is none (%s) is passed over', (_, traceparent) => {
    const spans = spansOf([...opening(), client(toolCall(1, 'a', {}, { traceparent }))]);
    expect(spanNamed(spans, 'tools/call a').parentSpanId).toBe(spans[0]?.spanId);
  });

  test('a caller that does not sample is recorded all the same', () => {
    const unsampled = TRACEPARENT.replace(/01$/, '00');
    const spans = spansOf([client(toolCall(1, 'a', {}, { traceparent: unsampled }))]);
    expect(spanNamed(spans, 'tools/call a').traceId).toBe(TRACE);
  });

  test('what the server asks, tells and reports belongs to the request it is about', () => {
    const steps = [
      ...asked.slice(0, 3),
      client(toolCall(1, 'a', {}, { traceparent: TRACEPARENT, progressToken: 'p' })),
      server({ id: 1, method: 'roots/list' }),
      server({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } }),
      client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
    ];
    const spans = spansOf(steps);
    const call = spanNamed(spans, 'tools/call a');
    for (const name of ['roots/list', 'notifications/progress', 'notifications/cancelled']) {
      const { traceId, parentSpanId } = spanNamed(spans, name);
      expect([name, traceId, parentSpanId]).toEqual([name, call.traceId, call.spanId]);
    }
    expect(spanNamed(spans, 'roots/list').attributes['wiretape.parent.inferred']).toBe(true);
  });

  test.each([
    ['what came on its stream', { event: 'endpoint', data: '/messages' }, true],
    ['what came on another stream', { event: 'message', data: '{}' }, undefined],
  ])(
    'over HTTP+SSE it is inferred from the open request, by %s',
    (_, { event, data }, inferred) => {
      const stream = { exchange: 7, channel: 'stream' } as const;
      const text = `event: ${event}\ndata: ${data}\n\n`;
      const spans = spansOf(
        [
          http(7, 'opened', { method: 'GET', path: '/sse' }),
          frame('server', { why: 'sse', text }, stream),
          http(1, 'opened', { method: 'POST', path: '/messages' }),
          client(toolCall(1, 'a', {}, { traceparent: TRACEPARENT }), { exchange: 1 }),
          server({ id: 1, method: 'sampling/createMessage' }, stream),
        ],
        {},
        { transport: 'http' },
      );
      const { parentSpanId, attributes } = spanNamed(spans, 'sampling/createMessage');
      const { spanId } = spanNamed(spans, inferred ? 'tools/call a' : 'mcp session');
      expect([parentSpanId, attributes['wiretape.parent.inferred']]).toEqual([spanId, inferred]);
    },
  );

  test('a server that was started in a trace is part of it', () => {
    const [session] = spansOf([], {}, { traceparent: TRACEPARENT });
    expect([session?.traceId, session?.parentSpanId]).toEqual([TRACE, PARENT]);
    const [linked] = spansOf([], { parent: 'link' }, { traceparent: TRACEPARENT });
    expect([linked?.traceId === TRACE, linked?.parentSpanId]).toEqual([false, undefined]);
    expect(linked?.attributes['wiretape.link.caller']).toBe(`${TRACE}-${PARENT}`);
    expect(linked?.links).toMatchObject([{ traceId: TRACE, spanId: PARENT }]);
  });

  test('the rounds of one intention are linked, and say it as an attribute too', () => {
    const params = { name: 'buy', arguments: {} };
    const steps = [
      client({ id: 1, method: 'tools/call', params }),
      server({
        id: 1,
        result: { resultType: 'input_required', requestState: 's', inputRequests: {} },
      }),
      client({
        id: 2,
        method: 'tools/call',
        params: { ...params, requestState: 's', inputResponses: {} },
      }),
    ];
    const [, first, second] = spansOf(steps);
    expect(second?.links).toEqual([
      {
        traceId: first?.traceId,
        spanId: first?.spanId,
        attributes: { 'wiretape.follows': '01N0TES0000000000000000000:1' },
      },
    ]);
    expect(second?.attributes['wiretape.follows']).toBe('01N0TES0000000000000000000:1');
  });
});

test('what is broken has a span: answers to nobody, second answers, garbage', () => {
  const spans = spansOf([
    ...opening(),
    client(toolCall(1, 'a')),
    server(toolText(1, 'ok')),
    server(toolText(1, 'again')),
    server(toolText(9, 'nobody asked')),
    server('Server running'),
  ]);
  const call = spanNamed(spans, 'tools/call a');
  expect(spanNamed(spans, 'second-response').parentSpanId).toBe(call.spanId);
  expect(spanNamed(spans, 'unknown-response').parentSpanId).toBe(spans[0]?.spanId);
  const { attributes, start, error } = spanNamed(spans, 'malformed');
  expect([attributes['wiretape.faults'], error]).toEqual([['malformed', 'not-json'], '']);
  expect(start).toBeGreaterThan(call.start);
});

test('ids follow from what is recorded, and are equal each time', () => {
  const steps = [...opening(), client(toolCall(1, 'a')), client(toolCall(1, 'a'))];
  const ids = () => spansOf(steps).map(({ traceId, spanId }) => `${traceId} ${spanId}`);
  expect(ids()).toEqual(ids());
  expect(new Set(ids()).size).toBe(ids().length);
});

test('spans of one run share a trace across sessions, which is rolled over before it is too long', () => {
  const runAt = (): string => 'run-1';
  const steps = (count: number): Step[] =>
    Array.from({ length: count }, (_, id) => client(toolCall(id, 'a'), { at: 1000 + id }));
  const [one, other] = ['one', 'other'].map((name) => {
    const [view] = viewsOf(tape(name, steps(5000)));
    return view ? toSpans(view, { runAt }).spans : [];
  });
  const traces = new Set([...(one ?? []), ...(other ?? [])].map(({ traceId }) => traceId));
  expect(traces.size).toBe(2);
  const rolled = one?.at(-1);
  expect(rolled?.parentSpanId).toBeUndefined();
  expect(rolled?.links).toMatchObject([{ spanId: one?.[0]?.spanId }]);
  const session = `${one?.[0]?.traceId}-${one?.[0]?.spanId}`;
  expect(rolled?.attributes['wiretape.link.session']).toBe(session);
});
