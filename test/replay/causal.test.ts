// The placement `causal`: what belongs to no request waits for its causes, and for nothing else.
import { describe, expect, test } from 'vitest';
import { transcript, transcriptOf } from '../../replay/index.ts';
import { client, opening, type Step, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { converse, player, readOnly } from './playing.ts';

const id = '01N0TES0000000000000000000';
const causal = { placement: 'causal' } as const;
const log = (data: string): Step =>
  server({ method: 'notifications/message', params: { level: 'info', data } });
const subscribe = (uri: string) => ({ id: uri, method: 'resources/subscribe', params: { uri } });
const subscribed = (uri: string): Step[] => [
  client(subscribe(uri)),
  server({ id: uri, result: {} }),
];
const updated = (uri: string): Step =>
  server({ method: 'notifications/resources/updated', params: { uri } });

/** The texts of notifications, and the ids of answers. */
function told(answers: string[][]): unknown[][] {
  return answers.map((texts) =>
    texts.map((text) => {
      const { id: own, params } = JSON.parse(text);
      return own ?? params.data ?? params.uri ?? 'changed';
    }),
  );
}

test('a log message waits for the last message before it and for the log before it, not for all', () => {
  const entries = tape('notes', [
    log('hello'),
    client(toolCall(1, 'a')),
    log('after a'),
    client(toolCall(2, 'b')),
    log('after b'),
    server(toolText(2, 'b')),
    server(toolText(1, 'a')),
  ]);
  const playing = player(entries, causal);
  expect(playing.start()).toHaveLength(1);
  const said = [toolCall(2, 'b'), toolCall(1, 'a')];
  expect(told(converse(playing, said))).toEqual([[2], ['after a', 'after b', 1]]);
  expect(playing.report().equal).toBe(true);
  const apart = player(
    tape('notes', [client(toolCall(1, 'a')), client(toolCall(2, 'b')), log('b')]),
  );
  const near = player(
    tape('notes', [client(toolCall(1, 'a')), client(toolCall(2, 'b')), log('b')]),
    causal,
  );
  expect(told(converse(apart, [toolCall(2, 'b')]))).toEqual([[]]);
  expect(told(converse(near, [toolCall(2, 'b')]))).toEqual([['b']]);
});

test('an update waits for its subscription and the last write, and not for what else was said', () => {
  const entries = tape('notes', [
    ...readOnly('look'),
    ...subscribed('x:1'),
    ...subscribed('x:2'),
    client(toolCall(1, 'write')),
    client(toolCall(2, 'look')),
    updated('x:2'),
    updated('x:1'),
    server(toolText(1, 'ok')),
    server(toolText(2, 'seen')),
  ]);
  const playing = player(entries, causal);
  expect(told(converse(playing, [subscribe('x:2'), toolCall(7, 'write')]))).toEqual([
    ['x:2'],
    ['x:2', 7],
  ]);
  const { withheld } = playing.report();
  expect(withheld).toContainEqual({ entry: `${id}:10`, waitsFor: `${id}:3` });
});

test('2026-07-28: what a subscription brings waits for its listen request', () => {
  const meta = { _meta: { 'io.modelcontextprotocol/subscriptionId': 4 } };
  const listen = { method: 'subscriptions/listen', params: { toolsListChanged: true } };
  const entries = tape('notes', [
    client({ id: 4, ...listen }),
    server({ method: 'notifications/subscriptions/acknowledged', params: meta }),
    client(toolCall(5, 'other')),
    server(toolText(5, 'x')),
    server({ method: 'notifications/prompts/list_changed', params: meta }),
  ]);
  const playing = player(entries, causal);
  expect(converse(playing, [{ id: 'm', ...listen }])[0]).toHaveLength(1);
  expect(playing.report().withheld).toMatchObject([{}, { waitsFor: `${id}:3` }]);
  expect(converse(playing, [toolCall(6, 'other')])[0]).toHaveLength(2);
});

describe('whatever the placement', () => {
  const entries = tape('notes', [
    ...opening(),
    log('ready'),
    server({ id: 0, method: 'roots/list' }),
    client({ id: 0, result: { roots: [] } }),
    client(toolCall(1, 'a')),
    log('at work'),
    server(toolText(1, 'x')),
  ]);

  test.each(['observed', 'causal'] as const)(
    '%s: one transcript, that of the recording',
    (placement) => {
      const playing = player(entries, { placement });
      playing.start();
      for (const entry of entries) {
        if (entry.type === 'message' && entry.from === 'client') playing.receiveText(entry.text);
      }
      expect(playing.report()).toMatchObject({ equal: true });
      expect(transcript([playing.transcript()])).toEqual(transcriptOf(entries));
    },
  );
});
