// What is told of a message that the recording does not have: whose mind changed, and what went before.
import { describe, expect, test } from 'vitest';
import { client, type Said, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { converse, player, refusal } from './playing.ts';

const id = '01N0TES0000000000000000000';

describe('whose mind changed', () => {
  const entries = tape('notes', [
    client(toolCall(1, 'create', { title: 'own words' })),
    server(toolText(1, '{"order":"ord_4711","title":"own words"}')),
    client(toolCall(2, 'find', { order: 'ord_4711', title: 'own words', limit: 5 })),
    server(toolText(2, 'found ord_4711')),
  ]);
  const find = (args: object) => {
    const playing = player(entries);
    const full = { order: 'ord_4711', title: 'own words', limit: 5, ...args };
    const answers = converse(playing, [
      toolCall(1, 'create', { title: 'own words' }),
      toolCall(2, 'find', full),
    ]);
    const [miss] = playing.report().misses;
    expect(refusal(answers[1]).message).toBe(`wiretape: ${miss?.detail}`);
    return miss;
  };

  test('a value that came from an earlier answer names that answer', () => {
    expect(find({ order: 'ord_4712' })).toMatchObject({
      pointer: '/params/arguments/order',
      from: 'answer',
      source: `${id}:2`,
      detail: `the recording has no such tools/call find; the nearest is ${id}:3, which differs first at /params/arguments/order: the recorded value came from the answer ${id}:2`,
    });
  });

  test('what the client chose by itself is its own, also when an answer echoed it', () => {
    for (const args of [{ title: 'other words' }, { limit: 6 }, { more: true }]) {
      const miss = find(args);
      expect(miss).toMatchObject({ from: 'caller' });
      expect(miss?.source).toBeUndefined();
      expect(miss?.detail).toMatch(/: the caller asked something else$/);
    }
  });

  test('a part of a word, and an answer that came later, are no source', () => {
    const steps = [
      client(toolCall(1, 'a')),
      server(toolText(1, 'reorder_4711x')),
      client(toolCall(2, 'b', { key: 'order_4711', later: 'token-of-c' })),
      server(toolText(2, 'token-of-c')),
    ];
    for (const args of [
      { key: 'else', later: 'token-of-c' },
      { key: 'order_4711', later: 'else' },
    ]) {
      const playing = player(tape('notes', steps));
      converse(playing, [toolCall(1, 'a'), toolCall(2, 'b', args)]);
      expect(playing.report().misses).toMatchObject([{ from: 'caller' }]);
    }
  });
});

test('another tool is the choice of the caller, another resource may come from a list', () => {
  const tools = [{ name: 'read_all' }, { name: 'write_all' }];
  const entries = tape('notes', [
    client({ id: 1, method: 'tools/list' }),
    server({ id: 1, result: { tools } }),
    client(toolCall(2, 'read_all', { a: 1 })),
    server(toolText(2, 'see notes://today')),
    client({ id: 3, method: 'resources/read', params: { uri: 'notes://today' } }),
    server({ id: 3, result: { contents: [] } }),
  ]);
  const playing = player(entries);
  converse(playing, [
    { id: 1, method: 'tools/list' },
    toolCall(2, 'write_all'),
    toolCall(2, 'read_all', { a: 1 }),
    { id: 3, method: 'resources/read', params: { uri: 'notes://yesterday' } },
  ]);
  expect(playing.report().misses).toMatchObject([
    { nearest: `${id}:3`, pointer: '/params/name', from: 'caller' },
    { nearest: `${id}:5`, pointer: '/params/uri', from: 'answer', source: `${id}:4` },
  ]);
});

test('a miss tells what the client had said before, the last ten in order', () => {
  const names = Array.from({ length: 12 }, (_, n) => `step-${n}`);
  const steps = names.flatMap((name, n) => [client(toolCall(n, name)), server(toolText(n, 'x'))]);
  const asking = [
    server({ id: 0, method: 'roots/list' }),
    client({ id: 0, result: { roots: [] } }),
    client({ method: 'notifications/progress', params: {} }),
  ];
  const playing = player(tape('notes', [...steps, ...asking]));
  const said: Said[] = [
    ...names.map((name, n) => toolCall(n, name)),
    { id: 0, result: { roots: [] } },
    { method: 'notifications/progress', params: {} },
    toolCall(99, 'unheard-of'),
  ];
  converse(playing, said);
  const [miss] = playing.report().misses;
  expect(miss?.past).toHaveLength(10);
  expect(miss?.past[0]).toEqual({
    entry: `${id}:9`,
    kind: 'request',
    method: 'tools/call',
    subject: 'step-4',
  });
  expect(miss?.past.slice(-2)).toEqual([
    { entry: `${id}:26`, kind: 'response', method: 'roots/list' },
    { entry: `${id}:27`, kind: 'notification', method: 'notifications/progress' },
  ]);
});

test('onMiss exit: the client is told, the server ends with 1, and nothing more is heard', () => {
  const entries = tape('notes', [client(toolCall(1, 'a')), server(toolText(1, 'x'))]);
  const playing = player(entries, { onMiss: 'exit' });
  const answers = converse(playing, [toolCall(1, 'b'), toolCall(2, 'a')]);
  expect(answers[0]).toEqual([expect.stringContaining('"code":90404'), 'end 1 null']);
  expect(answers[1]).toEqual([]);
  const noted = player(entries, { onMiss: 'exit' });
  expect(converse(noted, [{ method: 'notifications/x' }])).toEqual([['end 1 null']]);
});
