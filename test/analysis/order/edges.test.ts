// Each kind of causal edge: traffic that has it, and the like of it that has not.
import { describe, expect, test } from 'vitest';
import type { EdgeKind } from '../../../analysis/order.ts';
import {
  client,
  exit,
  http,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';
import { edgesOf, orderIn } from './scenes.ts';

/** The edges of one kind in a session of these steps: the first is entry 1. */
function found(kind: EdgeKind, steps: readonly Step[]): string[] {
  return edgesOf(orderIn(tape('one', steps)), kind);
}

interface Case {
  readonly kind: EdgeKind;
  readonly name: string;
  readonly steps: readonly Step[];
  readonly edges: readonly string[];
}

const asksFor = (requestState: string) => ({ resultType: 'input_required', requestState });
const read = (id: number, uri: string) => client({ id, method: 'resources/read', params: { uri } });
const listen = client({ id: 1, method: 'subscriptions/listen', params: { notifications: {} } });
const brought = (method: string, subscription: number) =>
  server({
    method: `notifications/${method}`,
    params: { _meta: { 'io.modelcontextprotocol/subscriptionId': subscription } },
  });

const CASES: readonly Case[] = [
  {
    kind: 'E1',
    name: 'messages on each pipe',
    steps: [client(toolCall(1, 'a')), client(toolCall(2, 'b')), server(toolText(2, 'x'))],
    edges: ['E1 1 → 2 (soft)'],
  },
  {
    kind: 'E1',
    name: 'not messages of two exchanges',
    steps: [
      client(toolCall(1, 'a'), { exchange: 1 }),
      client(toolCall(2, 'b'), { exchange: 2 }),
      server(toolText(2, 'x'), { exchange: 2 }),
      server(toolText(1, 'x'), { exchange: 1 }),
    ],
    edges: [],
  },
  {
    kind: 'E2',
    name: 'a request and its answer, whatever was answered first',
    steps: [
      client(toolCall(1, 'a')),
      client(toolCall(2, 'b')),
      server(toolText(2, 'x')),
      server(toolText(1, 'y')),
    ],
    edges: ['E2 1 → 4', 'E2 2 → 3'],
  },
  {
    kind: 'E2',
    name: 'not an answer to an id nobody asked with',
    steps: [client(toolCall(1, 'a')), server(toolText('1', 'x')), server(toolText(7, 'y'))],
    edges: ['E2 1 → 2'],
  },
  {
    kind: 'E3',
    name: 'progress by its token, and a question while one call is open',
    steps: [
      client(toolCall(1, 'a', {}, { progressToken: 'p' })),
      server({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } }),
      server({ id: 'q', method: 'elicitation/create', params: {} }),
    ],
    edges: ['E3 1 → 3', 'E3 1 → 2'],
  },
  {
    kind: 'E3',
    name: 'not progress of another token, nor a question while two calls are open',
    steps: [
      client(toolCall(1, 'a', {}, { progressToken: 'p' })),
      client(toolCall(2, 'b')),
      server({ method: 'notifications/progress', params: { progressToken: 'z', progress: 1 } }),
      server({ id: 'q', method: 'elicitation/create', params: {} }),
    ],
    edges: [],
  },
  {
    kind: 'E4',
    name: 'the answer of the client and the answer that waited for it',
    steps: [
      client(toolCall(1, 'a')),
      server({ id: 'q', method: 'roots/list' }),
      client({ id: 'q', result: { roots: [] } }),
      server(toolText(1, 'x')),
    ],
    edges: ['E4 3 → 4'],
  },
  {
    kind: 'E4',
    name: 'not an answer that did not wait',
    steps: [
      client(toolCall(1, 'a')),
      server({ id: 'q', method: 'roots/list' }),
      server(toolText(1, 'x')),
      client({ id: 'q', result: { roots: [] } }),
    ],
    edges: [],
  },
  {
    kind: 'E5',
    name: 'a result that asks for input and the round with its state',
    steps: [
      client(toolCall(1, 'a')),
      server({ id: 1, result: asksFor('s1') }),
      client({
        id: 2,
        method: 'tools/call',
        params: { name: 'a', arguments: {}, requestState: 's1' },
      }),
    ],
    edges: ['E5 2 → 3'],
  },
  {
    kind: 'E5',
    name: 'not a round with a state that nobody gave',
    steps: [
      client(toolCall(1, 'a')),
      server({ id: 1, result: asksFor('s1') }),
      client({
        id: 2,
        method: 'tools/call',
        params: { name: 'a', arguments: {}, requestState: 's2' },
      }),
    ],
    edges: [],
  },
  {
    kind: 'E6',
    name: 'a task, its polls and its result',
    steps: [
      client(toolCall(1, 'a')),
      server({ id: 1, result: { task: { taskId: 't-1', status: 'working' } } }),
      client({ id: 2, method: 'tasks/get', params: { taskId: 't-1' } }),
      server({ id: 2, result: { taskId: 't-1', status: 'completed' } }),
      client({ id: 3, method: 'tasks/result', params: { taskId: 't-1' } }),
    ],
    edges: ['E6 2 → 3', 'E6 4 → 5'],
  },
  {
    kind: 'E6',
    name: 'not the poll of another task',
    steps: [
      client(toolCall(1, 'a')),
      server({ id: 1, result: { task: { taskId: 't-1', status: 'working' } } }),
      client({ id: 2, method: 'tasks/get', params: { taskId: 't-2' } }),
    ],
    edges: [],
  },
  {
    kind: 'E7',
    name: 'a subscription of 2026-07-28, its acknowledgement and what comes',
    steps: [
      listen,
      brought('subscriptions/acknowledged', 1),
      brought('tools/list_changed', 1),
      brought('resources/updated', 1),
    ],
    edges: ['E7 1 → 2', 'E7 2 → 3', 'E7 2 → 4'],
  },
  {
    kind: 'E7',
    name: 'not what comes under another subscription',
    steps: [listen, brought('tools/list_changed', 5)],
    edges: [],
  },
  {
    kind: 'E7',
    name: 'a subscription to a resource, its updates and its end',
    steps: [
      client({ id: 1, method: 'resources/subscribe', params: { uri: 'a:1' } }),
      server({ id: 1, result: {} }),
      server({ method: 'notifications/resources/updated', params: { uri: 'a:1' } }),
      client({ id: 2, method: 'resources/unsubscribe', params: { uri: 'a:1' } }),
    ],
    edges: ['E7 2 → 4', 'E7 1 → 3'],
  },
  {
    kind: 'E7',
    name: 'not updates of another resource, or before it',
    steps: [
      server({ method: 'notifications/resources/updated', params: { uri: 'a:1' } }),
      client({ id: 1, method: 'resources/subscribe', params: { uri: 'a:1' } }),
      server({ method: 'notifications/resources/updated', params: { uri: 'b:2' } }),
    ],
    edges: [],
  },
  {
    kind: 'E8',
    name: 'the listing of a tool and its first call',
    steps: [
      client({ id: 1, method: 'tools/list' }),
      server({ id: 1, result: { tools: [{ name: 'a' }, { name: 'b' }] } }),
      client(toolCall(2, 'b')),
      client(toolCall(3, 'b')),
    ],
    edges: ['E8 2 → 3'],
  },
  {
    kind: 'E8',
    name: 'not a call that nobody listed, or before it was listed',
    steps: [
      client({ id: 1, method: 'tools/list' }),
      client(toolCall(2, 'a')),
      server({ id: 1, result: { tools: [{ name: 'a' }] } }),
      client(toolCall(3, 'c')),
    ],
    edges: [],
  },
  {
    kind: 'E10',
    name: 'word of a change and the next listing, once',
    steps: [
      server({ method: 'notifications/tools/list_changed' }),
      client({ id: 1, method: 'tools/list' }),
      server({ method: 'notifications/resources/updated', params: { uri: 'a:1' } }),
      read(2, 'a:1'),
      client({ id: 3, method: 'tools/list' }),
    ],
    edges: ['E10 1 → 2 (soft)', 'E10 3 → 4 (soft)'],
  },
  {
    kind: 'E10',
    name: 'not the listing of something else',
    steps: [
      server({ method: 'notifications/prompts/list_changed' }),
      client({ id: 1, method: 'tools/list' }),
      server({ method: 'notifications/resources/updated', params: { uri: 'a:1' } }),
      read(2, 'b:2'),
    ],
    edges: [],
  },
  {
    kind: 'E12',
    name: 'the answers of one turn and the requests of the next',
    steps: [
      client(toolCall(1, 'a')),
      client(toolCall(2, 'b')),
      server(toolText(1, 'x')),
      server(toolText(2, 'y')),
      client(toolCall(3, 'c')),
      client(toolCall(4, 'd')),
    ],
    edges: ['E12 3 → 5 (soft)', 'E12 4 → 5 (soft)', 'E12 3 → 6 (soft)', 'E12 4 → 6 (soft)'],
  },
  {
    kind: 'E12',
    name: 'not the answer that was still to come',
    steps: [
      client(toolCall(1, 'a')),
      client(toolCall(2, 'b')),
      server(toolText(1, 'x')),
      client(toolCall(3, 'c')),
      server(toolText(2, 'y')),
    ],
    edges: ['E12 3 → 4 (soft)'],
  },
  {
    kind: 'E12',
    name: 'not requests that were made together, and not what opens or lists',
    steps: [
      client(toolCall(1, 'a')),
      client(toolCall(2, 'b')),
      client({ id: 3, method: 'tools/list' }),
      server(toolText(1, 'x')),
      client({ id: 4, method: 'ping' }),
    ],
    edges: [],
  },
  {
    kind: 'E13',
    name: 'a request, its cancellation, and the request made again',
    steps: [
      client(toolCall(1, 'a', { x: 1 })),
      client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
      client(toolCall(2, 'a', { x: 1 })),
    ],
    edges: ['E13 2 → 3', 'E13 1 → 2'],
  },
  {
    kind: 'E13',
    name: 'not another request, and not a cancellation of nothing',
    steps: [
      client(toolCall(1, 'a', { x: 1 })),
      client({ method: 'notifications/cancelled', params: { requestId: 9 } }),
      client(toolCall(2, 'a', { x: 1 })),
    ],
    edges: [],
  },
  {
    kind: 'E14',
    name: 'the process, the handshake, what is asked behind it, the end',
    steps: [...opening(), client(toolCall(1, 'a')), server(toolText(1, 'x')), exit(0)],
    edges: ['E14 0 → 1', 'E14 2 → 3', 'E14 3 → 4', 'E14 5 → 6'],
  },
  {
    kind: 'E14',
    name: 'nothing waits where nothing was opened, and not for what was never answered',
    steps: [client({ id: 0, method: 'initialize', params: {} }), client(toolCall(1, 'a'))],
    edges: ['E14 0 → 1'],
  },
];

describe.each([...new Set(CASES.map(({ kind }) => kind))])('%s', (kind) => {
  test.each(CASES.filter((one) => one.kind === kind))('$name', ({ steps, edges }) => {
    expect(found(kind, steps)).toEqual(edges);
  });
});

describe('E11', () => {
  const TRACE = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;
  const traced = (id: number, at: number) => client(toolCall(id, 'a', {}, { traceparent }), { at });
  const host = (pid: number) => ({ head: { host: { pid, started: '1', name: 'node' } } });
  const outer = tape('outer', [traced(1, 1000), server(toolText(1, 'x'), { at: 9000 })], host(1));

  test('a call, and that which its server made meanwhile with the same span', () => {
    const inner = tape('inner', [traced(1, 2000)], host(2));
    expect(edgesOf(orderIn(outer, inner), 'E11')).toEqual(['E11 0VTER:1 → 1NNER:1 (soft)']);
  });

  test('by the headers of an exchange as well', () => {
    const inner = tape(
      'inner',
      [
        http(1, 'opened', { headers: [['Traceparent', traceparent]] }),
        client(toolCall(1, 'a'), { exchange: 1, at: 2000 }),
      ],
      host(2),
    );
    expect(edgesOf(orderIn(outer, inner), 'E11')).toEqual(['E11 0VTER:1 → 1NNER:2 (soft)']);
  });

  test.each([
    ['its sibling, of the same host', [traced(1, 2000)], host(1)],
    ['a call of a host that nobody knows', [traced(1, 2000)], {}],
    ['a call after it was answered', [traced(1, 9500)], host(2)],
    ['a call without the span', [client(toolCall(1, 'a'), { at: 2000 })], host(2)],
  ] as const)('not %s', (_, steps, options) => {
    expect(edgesOf(orderIn(outer, tape('inner', steps, options)), 'E11')).toEqual([]);
  });
});
