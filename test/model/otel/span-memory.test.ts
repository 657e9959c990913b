/**
 * What a stream of spans keeps of a session that goes on for days: the calls that may be spoken of, counted
 * after the garbage was collected, and what is said of those still finds them.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Span } from '../../../model/otel/span.ts';
import { createSpanStream, OVER, type SpanStream } from '../../../model/otel/span-stream.ts';
import { client, http, type Step, server, tape, toolCall, toolText } from '../../kit/entries.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Well more than what is kept. */
const COUNT = 2 * OVER;
/** Calls that wait to be dropped together with others. */
const SLACK = 512;

const cancelled = (id: number): Step =>
  client({ method: 'notifications/cancelled', params: { requestId: id } });
const round = (id: number): Step[] => [
  client({ id, method: 'tools/call', params: { name: 'a', requestState: `state ${id - 1}` } }),
  server({ id, result: { resultType: 'input_required', requestState: `state ${id}` } }),
];
/** Asked by one side on its exchange. */
const inExchange = (id: number): Step[] => [
  http(id, 'opened', { method: 'POST', path: '/mcp' }),
  client(toolCall(id, 'a', {}, { progressToken: id }), { exchange: id, channel: 'request' }),
  server(toolText(id, 'ok'), { exchange: id, channel: 'response' }),
  http(id, 'ended', { ended: 'complete' }),
];
const onStream = (id: number): Step[] => [
  server({ id, method: 'roots/list' }, { exchange: 1, channel: 'stream' }),
  http(id + 1, 'opened', { method: 'POST', path: '/mcp' }),
  client({ id, result: { roots: [] } }, { exchange: id + 1, channel: 'request' }),
  http(id + 1, 'ended', { ended: 'complete' }),
];

/** What happens with the call of each id, from 1 on; `first` happens once. */
const TRAFFIC: Readonly<Record<string, { first?: Step[]; each: (id: number) => Step[] }>> = {
  'answered on a pipe': {
    each: (id) => [
      client(toolCall(id, 'a', {}, { progressToken: id })),
      server(toolText(id, 'ok')),
    ],
  },
  'answered twice': {
    each: (id) => [client(toolCall(id, 'a')), server(toolText(id, 'b')), server(toolText(id, 'c'))],
  },
  'cancelled and never answered': {
    each: (id) => [client(toolCall(id, `tool ${id}`)), cancelled(id)],
  },
  'of one id, one of which is always open': {
    first: [client(toolCall(0, 'a'))],
    each: () => [client(toolCall(0, 'a')), server(toolText(0, 'ok'))],
  },
  'each in an exchange of its own': { each: inExchange },
  'of the server, on one stream': {
    first: [http(1, 'opened', { method: 'GET', path: '/mcp' })],
    each: onStream,
  },
  'each the next round of the one before': { each: round },
};

interface Followed {
  readonly stream: SpanStream;
  /** Each call that was open after some entry. */
  readonly calls: readonly WeakRef<object>[];
}

function follow(steps: readonly Step[]): Followed {
  const stream = createSpanStream('s');
  const calls: WeakRef<object>[] = [];
  const seen = new WeakSet<object>();
  for (const entry of tape('long', steps, { id: 's' })) {
    stream.take(entry);
    for (const call of stream.open) {
      if (!seen.has(call)) calls.push(new WeakRef(call));
      seen.add(call);
    }
  }
  return { stream, calls };
}

test.each(Object.entries(TRAFFIC))(
  'of calls %s the newest are kept, and no others',
  async (_, traffic) => {
    const { first = [], each } = traffic;
    const ids = Array.from({ length: COUNT }, (_, at) => at + 1);
    const { stream, calls } = follow([...first, ...ids.flatMap(each)]);
    // What is made or looked at in a turn lives until its end.
    await new Promise(setImmediate);
    collectGarbage();
    const held = calls.filter((call) => call.deref() !== undefined).length;
    expect(calls.length).toBeGreaterThanOrEqual(COUNT);
    expect(held).toBeGreaterThanOrEqual(OVER);
    expect(held).toBeLessThan(OVER + SLACK);
    expect(stream.open.size).toBeLessThan(2);
  },
);

describe('whatever comes in between', () => {
  const others = (count: number): Step[] =>
    Array.from({ length: count }, (_, at) => [
      client(toolCall(at + 10, 'other', {}, { progressToken: at + 10 })),
      server(toolText(at + 10, 'ok')),
    ]).flat();
  /** The spans of what is told at the end of all this. */
  const told = (...steps: readonly Step[]): Span[] => {
    const entries = tape('long', steps, { id: 's' });
    const stream = createSpanStream('s');
    return entries.flatMap((entry, at) => {
      const spans = stream.take(entry);
      return at === entries.length - 1 ? spans : [];
    });
  };
  const ask = client(toolCall(1, 'slow', {}, { progressToken: 1 }));
  const answer = server(toolText(1, 'at last'));
  const progress = server({ method: 'notifications/progress', params: { progressToken: 1 } });
  const nameOf = (spans: readonly Span[]): string[] => spans.map(({ name }) => name);

  test('a call that is open gets its progress and its answer', () => {
    const [asked] = told(ask, ...others(2 * OVER), answer);
    expect(asked).toMatchObject({ name: 'tools/call slow', kind: 'server' });
    const [shown] = told(ask, ...others(2 * OVER), progress);
    expect(shown).toMatchObject({ name: 'notifications/progress', parentSpanId: asked?.spanId });
  });

  test.each([
    ['the answer of a call that was given up', [cancelled(1)], [answer], 'late-response'],
    ['a second answer', [answer], [answer], 'second-response'],
    ['a second answer, late', [cancelled(1), answer], [answer], 'second-response'],
  ])('%s is known for what it is, as long as not too many are over', (_, before, last, name) => {
    expect(nameOf(told(ask, ...before, ...others(OVER - 1), ...last))).toEqual([name]);
    expect(nameOf(told(ask, ...before, ...others(OVER), ...last))).toEqual(['unknown-response']);
  });
});
