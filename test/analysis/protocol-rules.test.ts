/** The protocol rules: each with what fires it, and with what is close and correct. */
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { viewsOf } from '../../model/view.ts';
import {
  after,
  client,
  ends,
  exit,
  frame,
  gap,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';

/** Each finding as its rule, code, severity, sentence and the places it points at. */
function found(steps: readonly Step[]): string[] {
  const entries = tape('notes', [...opening(), ...steps]);
  return analyse(viewsOf(entries)).map(({ rule, code, severity, message, evidence }) => {
    const places = evidence.map((one) => `${one.message.split(':')[1]} ${one.role}`);
    return `${rule} ${code} ${severity}: ${message} [${places.join(', ')}]`;
  });
}

const call = (id: string | number) => client(toolCall(id, 'save'));
const ok = (id: string | number) => server(toolText(id, 'ok'));
const goneTap: Step = { draft: (at) => ({ type: 'end', at, reason: 'tap gone', by: 'collector' }) };
const later = (step: Step) => after(5_000_000, step);

const fires: Record<string, [steps: Step[], expected: string[]]> = {
  'lines that are not JSON': [
    [server('Server running'), server('{"jsonrpc":')],
    [
      'malformed-message P-STD-01 high: The server of notes sent a line that is not one JSON text, twice. [4 malformed message, 5 malformed message]',
    ],
  ],
  'a message without version': [
    [server('{"id":0,"method":"ping"}'), client({ id: 0, result: {} })],
    [
      'malformed-message P-RPC-01 high: The server of notes sent a message without "jsonrpc":"2.0", once. [4 malformed message]',
    ],
  ],
  'an id of no type, in a batch': [
    [
      client([
        { jsonrpc: '2.0', id: {}, method: 'ping' },
        { jsonrpc: '2.0', method: 'x' },
      ]),
    ],
    [
      'malformed-message P-RPC-01 high: The client of notes sent an id that is neither text nor number, once. [4/0 malformed message]',
      'batch-not-allowed P-RPC-02 high: The client of notes sent a batch, once; this revision has none. [4 batch]',
    ],
  ],
  'result and error at once': [
    [call(1), server({ id: 1, result: {}, error: { code: 1, message: 'x' } })],
    [
      'malformed-message P-RPC-01 high: The server of notes sent a response with both result and error, once. [5 malformed message]',
    ],
  ],
  'an id in flight, used again': [
    [call(7), call(7), ok(7), ok(7)],
    [
      'id-reused-in-flight P-ID-02 critical: The client of notes used the id of a request that was still unanswered, once; answers to such requests can cross. [4 request that was unanswered, 5 request with the same id]',
    ],
  ],
  'one request, two answers': [
    [call(1), ok(1), ok(1)],
    [
      'second-response P-ID-05 high: The server of notes answered a request that it had answered before, once. [4 request, 5 first answer, 6 second answer]',
    ],
  ],
  'the session ended on two requests': [
    [call(1), call(2), later(ends())],
    [
      'unanswered-request P-ID-06 medium: tools/call save of the client of notes was never answered, 2 times: the session ended 5.00 s after it was asked. [4 unanswered request, 5 unanswered request]',
    ],
  ],
  'the process ended just after the request': [
    [call(1), exit(1)],
    [
      'unanswered-request P-ID-06 low: tools/call save of the client of notes was never answered: the session ended 0.00 s after it was asked. [4 unanswered request]',
    ],
  ],
};

const isFine: Record<string, Step[]> = {
  'empty lines': [server('')],
  'a value too deep to be walked, which is our limit': [
    server(`${'['.repeat(300)}${']'.repeat(300)}`),
  ],
  'ids of two types': [call(7), call('7'), ok(7), ok('7')],
  'the same id from both sides': [
    call(7),
    server({ id: 7, method: 'ping' }),
    ok(7),
    client({ id: 7, result: {} }),
  ],
  'one id on two exchanges': [
    client(toolCall(7, 'save'), { exchange: 1 }),
    client(toolCall(7, 'save'), { exchange: 2 }),
    server(toolText(7, 'a'), { exchange: 2 }),
    server(toolText(7, 'b'), { exchange: 1 }),
  ],
  'an answer after the cancellation': [
    call(1),
    client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
    ok(1),
  ],
  'the session is not over': [call(1)],
  'the request was cancelled': [
    call(1),
    client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
    later(ends()),
  ],
  'the answer may be among what was lost': [call(1), gap(2), later(ends())],
  'the answer was too large to be kept': [
    call(1),
    frame('server', { why: 'over-cap', text: '{', bytes: 9e6, sha256: '' }),
    later(ends()),
  ],
  'an id used again after entries were lost': [call(7), gap(1), call(7), ok(7), ok(7)],
  'the tap was gone before the session ended': [call(1), later(goneTap)],
  'a subscription ends with its session': [
    client({ id: 1, method: 'subscriptions/listen' }),
    later(ends()),
  ],
};

describe('fires on', () => {
  test.each(Object.entries(fires))('%s', (_, [steps, expected]) => {
    expect(found(steps)).toEqual(expected);
  });
});

describe('says nothing of', () => {
  test.each(Object.entries(isFine))('%s', (_, steps) => {
    expect(found(steps)).toEqual([]);
  });
});

test('a flood of one fault is one finding, with the first places and the whole count', () => {
  const noise = Array.from({ length: 1000 }, (_, line) => server(`log line ${line}`));
  const findings = analyse(viewsOf(tape('notes', [...opening(), ...noise])));
  expect(findings).toHaveLength(1);
  expect(findings[0]?.message).toContain('1000 times');
  expect(findings[0]?.evidence).toHaveLength(200);
});

test('the worst comes first', () => {
  const rules = found([call(7), call(7), ok(7), ok(7), ok(7), later(ends())]).map(
    (text) => text.split(' ')[2],
  );
  expect(rules).toEqual(['critical:', 'high:']);
});
