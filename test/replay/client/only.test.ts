// How a call is named: by a reference, whole or shortened, or by words and a number.
import { expect, test } from 'vitest';
import { callNamed } from '../../../replay/client/index.ts';
import { recordedSessions } from '../../../replay/index.ts';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';

const calls = (name: string) =>
  tape(name, [
    ...opening(),
    client(toolCall(1, 'echo')),
    server(toolText(1, 'x')),
    client(toolCall(2, 'echo')),
    server({ id: 'q', method: 'roots/list' }),
    client({ id: 'q', result: { roots: [] } }),
    server(toolText(2, 'x')),
    server({ id: 'r', method: 'ping' }),
  ]);
const sessions = recordedSessions([...calls('one'), ...calls('two')]);
const SECOND = ['01TW', 6];

test.each<[string, readonly (string | number)[]]>([
  ['01TW0000000000000000000000:6', SECOND],
  ['01TW:6', SECOND],
  ['01TW…:6', SECOND],
  ['two:6', SECOND],
  ['two:6/0', []],
  // Its answer, and a question of the server because of it.
  ['two:9', SECOND],
  ['two:7', SECOND],
  [':6', ['010N', 6]],
  ['echo', ['010N', 4]],
  ['echo#2', ['010N', 6]],
  ['tools/call/echo#4', SECOND],
  ['tools/call#3', ['01TW', 4]],
  ['initialize', ['010N', 1]],
  // A question of the server, by its method.
  ['roots/list', ['010N', 6]],
  ['roots/list#2', SECOND],
  ['roots/list#3', []],
  ['ping', []],
  ['echo#5', []],
  ['two:10', []],
  ['constructor', []],
  ['', []],
])('%s', (word, [session, seq]) => {
  if (session === undefined) {
    expect(() => callNamed(sessions, word)).toThrow(
      /The recording has no call|question of the server/,
    );
    return;
  }
  const found = callNamed(sessions, word);
  expect([found.session.session.id.slice(0, 4), found.call.request.seq]).toEqual([session, seq]);
});
