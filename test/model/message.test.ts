import { describe, expect, test } from 'vitest';
import { classify, idKey, type Message, subjectOf } from '../../model/message.ts';
import { holds, hostileJson, nearlyMessage, SEED } from '../kit/random.ts';

/** A message in one line: its kind, what tells it apart, and its faults. */
function said(message: Message): string {
  const faults = message.faults.map((fault) => ` !${fault}`).join('');
  switch (message.kind) {
    case 'request':
      return `request ${idKey(message.id)} ${message.method}${faults}`;
    case 'notification':
      return `notification ${message.method}${faults}`;
    case 'response':
      return `response ${message.id === null ? 'null' : idKey(message.id)} ${message.outcome}${faults}`;
    case 'invalid':
      return `invalid${faults}`;
    case 'batch':
      return `batch [${message.items.map(said).join(', ')}]${faults}`;
  }
}

describe('what a JSON value is', () => {
  const cases: readonly [text: string, expected: string][] = [
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', 'request 1 ping'],
    ['{"jsonrpc":"2.0","id":0,"method":"ping"}', 'request 0 ping'],
    ['{"jsonrpc":"2.0","id":"","method":"ping"}', 'request " ping'],
    ['{"jsonrpc":"2.0","id":"1","method":"ping"}', 'request "1 ping'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', 'request 1.5 ping'],
    ['{"jsonrpc":"2.0","method":"notifications/x"}', 'notification notifications/x'],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', 'notification ping !id-not-text-or-number'],
    ['{"jsonrpc":"2.0","id":[1],"method":"ping"}', 'notification ping !id-not-text-or-number'],
    ['{"id":1,"method":"ping"}', 'request 1 ping !no-version'],
    ['{"jsonrpc":2.0,"id":1,"method":"ping"}', 'request 1 ping !no-version'],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', 'response 1 result'],
    ['{"jsonrpc":"2.0","id":1,"result":null}', 'response 1 result'],
    ['{"jsonrpc":"2.0","id":1,"result":{"isError":true}}', 'response 1 tool-error'],
    ['{"jsonrpc":"2.0","id":1,"result":{"isError":"yes"}}', 'response 1 result'],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}', 'response 1 error'],
    ['{"jsonrpc":"2.0","id":1,"error":"no"}', 'response 1 error !error-without-code'],
    ['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}', 'response null error'],
    ['{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}}', 'response null error'],
    ['{"jsonrpc":"2.0","id":{},"result":1}', 'response null result !id-not-text-or-number'],
    [
      '{"jsonrpc":"2.0","id":1,"result":1,"error":null}',
      'response 1 result !result-and-error !error-without-code',
    ],
    [
      '{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}',
      'response 1 error !result-and-error',
    ],
    ['{"jsonrpc":"2.0","id":1}', 'invalid !no-message'],
    ['{"jsonrpc":"2.0","id":1,"method":7}', 'invalid !no-message'],
    ['{}', 'invalid !no-version !no-message'],
    ['7', 'invalid !no-message'],
    ['null', 'invalid !no-message'],
    ['[]', 'invalid !empty-batch'],
    [
      '[{"jsonrpc":"2.0","method":"a"},7,[]]',
      'batch [notification a, invalid !no-message, invalid !no-message]',
    ],
    ['{"jsonrpc":"2.0","id":1,"__proto__":{"method":"ping"}}', 'invalid !no-message'],
    ['{"jsonrpc":"2.0","id":1,"method":"__proto__"}', 'request 1 __proto__'],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(said(classify(JSON.parse(text)))).toBe(expected);
  });

  test('a value too deep to be walked is said to be so', () => {
    expect(classify(undefined)).toEqual({ kind: 'invalid', faults: ['too-deep'] });
  });

  test(`is always something, and nothing makes it throw (seed ${SEED})`, () => {
    for (const values of [hostileJson, nearlyMessage]) {
      holds(
        values,
        (value) => {
          const parsed: unknown = JSON.parse(JSON.stringify(value));
          const message = classify(parsed);
          expect(said(message)).toMatch(/^(request|notification|response|invalid|batch)/);
          if (message.kind === 'request' || message.kind === 'notification') {
            subjectOf(message.method, message.params);
          }
        },
        { runs: 1000 },
      );
    }
  });
});

test('an id is known with its type', () => {
  const ids = [0, -0, '', '0', 1, '1', '"1', 1.5, '1.5', Infinity, 'Infinity', 'null', -1];
  expect(new Set(ids.map(idKey)).size).toBe(ids.length - 1);
  expect(idKey(0)).toBe(idKey(-0));
});

test('what a request is about comes from its own members only', () => {
  expect(subjectOf('tools/call', { name: 'x' })).toBe('x');
  expect(subjectOf('tools/call', { name: 7 })).toBeUndefined();
  expect(subjectOf('ping', { name: 'x' })).toBeUndefined();
  expect(subjectOf('constructor', { name: 'x', '[object Object]': 'y' })).toBeUndefined();
  expect(subjectOf('__proto__', { '[object Object]': 'y' })).toBeUndefined();
});
