// Which operations can only run after which others, and threads, turns and times as rules ask for them.
import { describe, expect, test } from 'vitest';
import { operationsOf } from '../../../analysis/footprint/operation.ts';
import { isBefore, knew, orderOf, overlaps } from '../../../analysis/order.ts';
import { schedules } from '../../../analysis/schedules.ts';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { type SceneCall, scene } from '../scene.ts';

const ID = 'tkt-4f9a21c7';

/** Pairs of places among the operations of these sessions. */
function must(...sessions: readonly (readonly Entry[])[]) {
  const views = viewsOf(sessions.flat());
  return orderOf(views).mustBefore(operationsOf(views));
}

const call = (from: number, args: object, gives?: unknown): SceneCall => ({
  tool: 'use',
  args,
  from,
  to: from + 5,
  gives,
});

describe('must', () => {
  test('a value of one operation in another, over sessions', () => {
    const one = scene('one', [call(10, {}, { id: ID }), call(20, {})]);
    const two = scene('two', [call(30, {}), call(40, { id: ID }, { id: 'row-77d31' })]);
    const three = scene('three', [call(50, { row: 'row-77d31' })]);
    expect(must(one, two, three)).toEqual([
      [0, 3],
      [3, 4],
    ]);
  });

  test('nothing where values are said by the client, or may come from two answers', () => {
    const calls = [
      call(10, { as: ID }, { id: ID }),
      call(20, {}, { id: 'row-77d31' }),
      call(22, {}, { id: 'row-77d31' }),
      call(30, { id: ID, row: 'row-77d31' }),
    ];
    expect(must(scene('one', calls))).toEqual([]);
  });

  test('through calls that are no operations', () => {
    const steps = [
      client(toolCall(1, 'start')),
      server({ id: 1, result: { task: { taskId: 't', status: 'working' } } }),
      client({ id: 2, method: 'tasks/result', params: { taskId: 't' } }),
      server(toolText(2, ID)),
      client(toolCall(3, 'use', { id: ID })),
    ];
    expect(must(tape('one', steps))).toEqual([[0, 1]]);
  });

  test('goes in no circle, though times that run backwards would make one', () => {
    const other = 'row-77d31';
    const one = tape('one', [
      client(toolCall(1, 'a', { row: other }), { at: 1000 }),
      server(toolText(1, ID), { at: 10, sent: 10 }),
    ]);
    const two = tape('two', [
      client(toolCall(1, 'b', { id: ID }), { at: 20 }),
      server(toolText(1, other), { at: 30, sent: 30 }),
    ]);
    expect(must(one, two)).toEqual([[1, 0]]);
  });

  test('is what schedules keep', () => {
    const calls = [call(10, {}, { id: ID }), call(20, { id: ID }), call(30, {})];
    const conflicts = [[0, 1] as const, [1, 2] as const];
    const all = [...schedules({ count: 3, must: must(scene('one', calls)), conflicts })];
    expect(all.map(({ order }) => order.join(''))).toEqual(['012', '021']);
  });
});

describe('times', () => {
  const operations = (first: object = {}, second: object = {}) => {
    const one = tape(
      'one',
      [
        client(toolCall(1, 'a'), { at: 10, sent: 20 }),
        server(toolText(1, 'x'), { at: 50, sent: 90 }),
      ],
      first,
    );
    const two = tape('two', [client(toolCall(1, 'b'), { at: 60, sent: 70 })], second);
    const [a, b] = operationsOf(viewsOf([...one, ...two]));
    if (!a || !b) throw new Error('there are two operations');
    return [a, b] as const;
  };

  test('done before it began, and yet not known to who asked', () => {
    const [a, b] = operations();
    expect([isBefore(a, b), isBefore(b, a), overlaps(a, b), knew(a, b)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('known when it was passed on before the other was read', () => {
    const [a, b] = operations({}, { start: 5_000_100 });
    expect([isBefore(a, b), knew(a, b)]).toEqual([true, true]);
  });

  test('two machines have no order and no overlap', () => {
    const [a, b] = operations({}, { boot: 'other', start: 9_000_000 });
    expect([isBefore(a, b), isBefore(b, a), overlaps(a, b), knew(a, b)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('threads and turns', () => {
  const TRACES = ['0af7651916cd43dd8448eb211c80319c', '1bf7651916cd43dd8448eb211c80319c'];
  const meta = (trace: number, span: string) => ({
    traceparent: `00-${TRACES[trace]}-${span.padStart(16, '1')}-01`,
  });

  test('calls of one trace over sessions are one thread, those of another are not', () => {
    const one = tape('one', [
      client(toolCall(1, 'a', {}, meta(0, 'a')), { at: 10 }),
      client(toolCall(2, 'b', {}, meta(1, 'b')), { at: 20 }),
      server({ id: 'q', method: 'roots/list' }, { at: 30 }),
    ]);
    const two = tape('two', [client(toolCall(1, 'c', {}, meta(0, 'c')), { at: 15 })]);
    const three = tape('three', [client(toolCall(1, 'd'), { at: 16 })]);
    const views = viewsOf([...one, ...two, ...three]);
    const order = orderOf(views);
    const calls = views.flatMap(({ session }) => session.calls);
    expect(calls.map((one) => order.threadOf(one))).toEqual([
      `trace ${TRACES[0]}`,
      `trace ${TRACES[1]}`,
      expect.stringMatching(/^session /),
      `trace ${TRACES[0]}`,
      expect.stringMatching(/^session /),
    ]);
    const [a, b, , c] = calls;
    expect(a && order.together(a)).toEqual([a, c]);
    expect(b && order.together(b)).toEqual([b]);
  });

  test('what a server asks belongs to the thread that made it ask', () => {
    const [view] = viewsOf(
      tape('one', [
        client(toolCall(1, 'a', {}, meta(0, 'a'))),
        server({ id: 'q', method: 'roots/list' }),
      ]),
    );
    if (!view) throw new Error('there is a session');
    const order = orderOf([view]);
    expect(view.session.calls.map(order.threadOf)).toEqual(Array(2).fill(`trace ${TRACES[0]}`));
  });
});
