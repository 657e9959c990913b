/** What the end of an HTTP exchange makes of the calls in it: over, given up, or waiting on another stream. */
import { describe, expect, test } from 'vitest';
import { howEnded } from '../../model/exchanges.ts';
import type { Call, Session } from '../../model/session.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { workflows } from '../../model/workflow.ts';
import {
  after,
  client,
  ends,
  frame,
  gap,
  http,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';

const LEGACY = '2025-11-25';
const MODERN = '2026-07-28';

const opens = (exchange: number, revision = LEGACY, more: Record<string, string> = {}): Step =>
  http(exchange, 'opened', {
    method: 'POST',
    path: '/mcp',
    headers: Object.entries({ 'mcp-protocol-version': revision, ...more }),
  });
const head = (status: number, type = 'application/json', exchange = 1): Step =>
  http(exchange, 'head', { status, headers: [['Content-Type', type]] });
const over = (ended: string, more: { exchange?: number; reason?: string } = {}): Step => {
  const { exchange = 1, ...rest } = more;
  return http(exchange, 'ended', { ended, ...rest });
};
const call = client(toolCall(1, 'save'), { exchange: 1 });
const answer = server(toolText(1, 'ok'), { exchange: 1 });
const stream = head(200, 'text/event-stream');
const told = (id: string): Step =>
  frame(
    'server',
    { why: 'sse', text: `id: ${id}\ndata: \n\n` },
    { exchange: 1, channel: 'stream' },
  );
const asked = (revision = LEGACY): Step[] => [opens(1, revision), call];

/** The stream of HTTP+SSE, told of with its endpoint. */
const older = [
  opens(7, '2024-11-05'),
  head(200, 'text/event-stream', 7),
  frame(
    'server',
    { why: 'sse', text: 'event: endpoint\ndata: /messages\n\n' },
    { exchange: 7, channel: 'stream' },
  ),
];

function sessionOf(steps: readonly Step[]): Session {
  const [view] = viewsOf(tape('notes', steps, { head: { transport: 'http' } }));
  if (!view) throw new Error('no session');
  return view.session;
}

function fate({ state, exchangeEnd }: Call): string {
  return exchangeEnd ? `${state}: ${howEnded(exchangeEnd)}` : state;
}

const FATES: Record<string, [steps: Step[], fate: string]> = {
  'refused by its status': [[...asked(), head(500), over('complete')], 'failed: HTTP 500'],
  'refused with a page': [
    [...asked(), head(503, 'text/html'), over('complete')],
    'failed: HTTP 503',
  ],
  'answered by a page': [
    [...asked(), head(200, 'text/html'), over('complete')],
    'failed: HTTP 200, without the answer',
  ],
  'answered by nothing, in 2026-07-28': [
    [...asked(MODERN), head(200), over('complete')],
    'failed: HTTP 200, without the answer',
  ],
  'refused before anybody read it': [
    [...asked(), over('unreachable', { reason: 'connection refused' })],
    'failed: no answer: connection refused',
  ],
  'broken off': [
    [...asked(), head(200), over('server-closed')],
    'failed: HTTP 200, then the connection broke',
  ],
  'broken off in a stream that cannot go on': [
    [...asked(), stream, over('server-closed')],
    'failed: HTTP 200, then the connection broke',
  ],
  'given up by closing, in 2026-07-28': [
    [...asked(MODERN), stream, over('client-closed')],
    'cancelled: the client closed its connection',
  ],
  'given up by closing, where nothing could be fetched later': [
    [...asked(), over('client-closed')],
    'cancelled: the client closed its connection',
  ],
  'in a stream that may go on': [
    [...asked(), stream, told('a'), over('complete')],
    'open: HTTP 200, without the answer',
  ],
  'in a stream that the client left and may come back to': [
    [...asked(), stream, told('a'), over('client-closed')],
    'open: the client closed its connection',
  ],
  'in a stream that may go on, and did not': [
    [...asked(), stream, told('a'), over('complete'), ends()],
    'failed: HTTP 200, without the answer',
  ],
  'in a stream that the client left for good': [
    [...asked(), stream, told('a'), over('client-closed'), ends('the client has gone')],
    'cancelled: the client closed its connection',
  ],
  'in a stream with ids of events, in 2026-07-28': [
    [...asked(MODERN), stream, told('a'), over('complete')],
    'failed: HTTP 200, without the answer',
  ],
  'on the stream that went on': [
    [
      ...asked(),
      stream,
      told('a'),
      over('complete'),
      opens(2, LEGACY, { 'Last-Event-ID': '#1a2b3c4d' }),
      head(200, 'text/event-stream', 2),
      server(toolText(1, 'ok'), {
        exchange: 2,
        channel: 'stream',
        resumes: { exchange: 1, event: '#1a2b3c4d' },
      }),
      over('complete', { exchange: 2 }),
      ends(),
    ],
    'answered: HTTP 200, without the answer',
  ],
  'accepted, over HTTP+SSE': [
    [...asked('2024-11-05'), head(202), over('complete')],
    'open: HTTP 202, without the answer',
  ],
  'accepted with another status, over HTTP+SSE': [
    [...older, ...asked('2024-11-05'), head(200, 'text/plain'), over('complete')],
    'open: HTTP 200, without the answer',
  ],
  'accepted, and the client closed the stream of HTTP+SSE': [
    [
      ...older,
      ...asked('2024-11-05'),
      head(202),
      over('complete'),
      over('client-closed', { exchange: 7 }),
      ends(),
    ],
    'cancelled: the client closed its connection',
  ],
  'accepted, and the stream of HTTP+SSE broke off': [
    [
      ...older,
      ...asked('2024-11-05'),
      head(202),
      over('complete'),
      over('server-closed', { exchange: 7 }),
    ],
    'failed: HTTP 200, then the connection broke',
  ],
  'where the answer may have been lost': [
    [...asked(), gap(2), head(200), over('complete'), ends()],
    'abandoned: HTTP 200, without the answer',
  ],
  'where the answer was too large to be kept': [
    [
      ...asked(),
      head(200),
      frame('server', { why: 'over-cap', text: '{', bytes: 9e6, sha256: '' }, { exchange: 1 }),
      over('complete'),
      ends(),
    ],
    'abandoned: HTTP 200, without the answer',
  ],
  'where the tap was gone first': [
    [
      ...asked(),
      stream,
      told('a'),
      over('complete'),
      { draft: (at) => ({ type: 'end', at, reason: 'tap gone', by: 'collector' }) },
    ],
    'abandoned: HTTP 200, without the answer',
  ],
  'a server in the program that never answered': [
    [client(toolCall(1, 'save'), { exchange: 1 }), over('server-closed')],
    'failed: then the connection broke',
  ],
};

describe('a call whose exchange ended is', () => {
  test.each(Object.entries(FATES))('%s', (_, [steps, expected]) => {
    const { calls, openCount, errorCount } = sessionOf(steps);
    expect(calls.map(fate)).toEqual([expected]);
    expect(openCount).toBe(expected.startsWith('open') ? 1 : 0);
    expect(errorCount).toBe(expected.startsWith('failed') ? 1 : 0);
  });
});

test('a subscription is over when its stream is, and failed when it was refused', () => {
  const listen = client({ id: 1, method: 'subscriptions/listen' }, { exchange: 1 });
  const ended = [opens(1, MODERN), listen, stream, over('server-closed')];
  expect(sessionOf(ended).calls.map(({ state }) => state)).toEqual(['abandoned']);
  const refused = [opens(1, MODERN), listen, head(404), over('complete')];
  expect(sessionOf(refused).calls.map(fate)).toEqual(['failed: HTTP 404']);
});

test('an answer that comes after all takes its failure back', () => {
  const { calls, errorCount } = sessionOf([...asked(), head(200), over('complete'), answer]);
  expect(calls.map(({ state }) => state)).toEqual(['answered']);
  expect(errorCount).toBe(0);
});

test('each call of a batch is judged by itself', () => {
  const batch = client([toolCall(1, 'a'), toolCall(2, 'b')], { exchange: 1 });
  const { calls } = sessionOf([
    opens(1),
    batch,
    head(200),
    server(toolText(2, 'ok'), { exchange: 1 }),
    over('complete'),
  ]);
  expect(calls.map(({ state }) => state)).toEqual(['failed', 'answered']);
});

describe('what the server asks', () => {
  const asks = (exchange: number): Step =>
    server({ id: 1, method: 'roots/list' }, { exchange, channel: 'stream' });
  const accepted = (exchange: number): Step[] => [
    opens(exchange, '2024-11-05'),
    client(toolCall(exchange, 'save'), { exchange }),
    head(202, 'text/plain', exchange),
    over('complete', { exchange }),
  ];
  /** The id of the call that it is part of. */
  const within = (steps: readonly Step[]) =>
    sessionOf(steps).calls.find(({ from }) => from === 'server')?.parent?.id;

  test('on the stream of HTTP+SSE is part of the only call that is open', () => {
    expect(within([...older, ...accepted(1), asks(7)])).toBe(1);
    expect(within([...older, ...accepted(1), ...accepted(2), asks(7)])).toBeUndefined();
    const answered = server(toolText(1, 'ok'), { exchange: 7, channel: 'stream' });
    expect(within([...older, ...accepted(1), ...accepted(2), answered, asks(7)])).toBe(2);
    expect(within([...older, asks(7)])).toBeUndefined();
  });

  test('over Streamable HTTP is part of the call on its exchange, and on a stream of its own of none', () => {
    const calling = [opens(1), call, stream];
    const listening = [opens(7), head(200, 'text/event-stream', 7)];
    expect(within([...calling, ...listening, asks(1)])).toBe(1);
    expect(within([...calling, ...listening, asks(7)])).toBeUndefined();
  });
});

const gone = after(40_000_000, ends('the client has gone'));
const unreached = after(3_000_000, over('unreachable'));
const closedLate = after(9_000_000, ends());

describe('the time of a session', () => {
  const lengths = (steps: readonly Step[]) => {
    const summary = summaryOf(sessionOf(steps));
    const [run] = workflows([summary])[0]?.runs ?? [];
    return [summary.lastAt, (run?.to ?? 0) - (run?.from ?? 0)];
  };

  test('is that of what happened in it, and not when somebody saw that it is over', () => {
    expect(lengths([...asked(), head(200), answer, over('complete'), gone])).toEqual([5000, 2000]);
  });

  test('goes to the end of an exchange that failed', () => {
    expect(lengths([...asked(), unreached, gone])).toEqual([3_002_000, 3_000_000]);
  });

  test('goes to its own end where a call waited for that', () => {
    const waiting = [...opening(), client(toolCall(1, 'save')), closedLate];
    expect(lengths(waiting)[0]).toBe(9_004_000);
  });
});
