// What waits for what: in the recorded order, one after the other, and as early as can be. Seen at a
// server that only takes part, and holds back each answer until the whole of a batch has come.
import { describe, expect, test } from 'vitest';
import { flowOf } from '../../../replay/client/flow.ts';
import { linesOf } from '../../../replay/client/lines.ts';
import { type Overlap, stepsOf } from '../../../replay/client/order.ts';
import { createWaiting } from '../../../replay/client/waiting.ts';
import { recordedSessions, sessionOf } from '../../../replay/index.ts';
import { scriptOf } from '../../../replay/script.ts';
import {
  client,
  http,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';

/** The lines that are sent together, batch by batch, when a server answers each batch as a whole. */
function batches(overlap: Overlap, ...steps: readonly Step[]): string[][] {
  const session = sessionOf(recordedSessions(tape('order', [...opening(), ...steps])), undefined);
  const script = scriptOf(session);
  const lines = linesOf(script);
  const waiting = createWaiting(stepsOf({ script, lines, flow: flowOf(session) }, overlap));
  const sent: string[][] = [];
  // What the server asks, it asks because of the call `asks`.
  const questions = session.session.calls.filter(({ from }) => from === 'server');
  for (;;) {
    const batch = [];
    for (let ready = waiting.ready(); ready.length > 0; ready = waiting.ready()) {
      batch.push(...ready);
      for (const { line } of ready) waiting.happened(line);
      const isAsking = ready.some(({ line }) => nameOf(line.text) === 'asks');
      for (const call of isAsking ? questions : []) waiting.happened(call);
    }
    if (batch.length === 0) break;
    sent.push(batch.map(({ line }) => nameOf(line.text)));
    for (const { line } of batch) {
      for (const call of [...line.calls, ...line.cancels]) waiting.happened(call);
    }
  }
  expect(waiting.isEmpty).toBe(true);
  return sent.slice(1);
}

function nameOf(text: string): string {
  const { method, params } = JSON.parse(text);
  return params?.name ?? params?.arguments?.name ?? method ?? ANSWER;
}

const ask = (id: number, name: string, args: object = {}) => client(toolCall(id, name, args));
const tell = (id: number, text = 'x') => server(toolText(id, text));
const ANSWER = 'an answer';
const INITIALIZED = 'notifications/initialized';

describe('three calls of which the first two overlapped', () => {
  const steps = [ask(1, 'a'), ask(2, 'b'), tell(2), ask(3, 'c'), tell(1), tell(3)];

  test.each([
    ['recorded', [[INITIALIZED, 'a', 'b'], ['c']]],
    ['serial', [[INITIALIZED, 'a'], ['b'], ['c']]],
    ['max', [[INITIALIZED, 'a', 'b', 'c']]],
  ] as const)('%s', (overlap, expected) => {
    expect(batches(overlap, ...steps)).toEqual(expected);
  });
});

describe('a call that asks back while another was under way', () => {
  const question = server({ id: 'q', method: 'roots/list' });
  const answer = (text: string) =>
    client({ id: 'q', result: { roots: [{ uri: `file:///${text}` }] } });
  const steps = [ask(1, 'asks'), ask(2, 'b'), question, tell(2), answer('x'), tell(1)];
  const after = [ask(3, 'c'), tell(3)];

  test.each([
    [
      'recorded',
      [
        [INITIALIZED, 'asks', 'b'],
        [ANSWER, 'c'],
      ],
    ],
    ['serial', [[INITIALIZED, 'asks', ANSWER], ['b'], ['c']]],
    ['max', [[INITIALIZED, 'asks', 'b', 'c', ANSWER]]],
  ] as const)('%s: its answer waits for no other call', (overlap, expected) => {
    const sent = batches(overlap, ...steps, ...after);
    expect(sent.map((batch) => [...batch].sort())).toEqual(
      expected.map((batch) => [...batch].sort()),
    );
  });
});

describe('as early as can be, but never before', () => {
  test('the answer with the values in it', () => {
    const id = 'note-190284';
    const steps = [
      ask(1, 'make'),
      tell(1, `made ${id}`),
      ask(2, 'other'),
      tell(2),
      ask(3, 'use', { note: id }),
      tell(3),
    ];
    expect(batches('max', ...steps)).toEqual([[INITIALIZED, 'make', 'other'], ['use']]);
  });

  test('the round or the task before it, and what it cancels', () => {
    const round = {
      id: 1,
      result: { resultType: 'input_required', inputRequests: {}, requestState: 's' },
    };
    const retry = {
      id: 2,
      method: 'tools/call',
      params: { name: 'again', arguments: {}, requestState: 's', inputResponses: {} },
    };
    expect(batches('max', ask(1, 'round'), server(round), client(retry), tell(2))).toEqual([
      [INITIALIZED, 'round'],
      ['again'],
    ]);
    const cancel = { method: 'notifications/cancelled', params: { requestId: 1 } };
    expect(batches('max', ask(1, 'slow'), client(cancel), ask(2, 'b'), tell(2))).toEqual([
      [INITIALIZED, 'slow', 'b', 'notifications/cancelled'],
    ]);
  });

  test('the subscription that it ends', () => {
    const about = (id: number, method: string) => client({ id, method, params: { uri: 'a:b' } });
    const steps = [
      about(1, 'resources/subscribe'),
      server({ id: 1, result: {} }),
      about(2, 'resources/unsubscribe'),
      server({ id: 2, result: {} }),
    ];
    expect(batches('max', ...steps)).toEqual([
      [INITIALIZED, 'resources/subscribe'],
      ['resources/unsubscribe'],
    ]);
  });
});

test('in the recorded order, what was heard is waited for, and what does not come is given up', () => {
  const changed = server({ method: 'notifications/tools/list_changed' });
  const question = server({ id: 'q', method: 'roots/list' });
  const answer = client({ id: 'q', result: { roots: [] } });
  const session = sessionOf(
    recordedSessions(tape('heard', [changed, ask(1, 'a'), tell(1), question, answer, ask(2, 'b')])),
    undefined,
  );
  const script = scriptOf(session);
  const lines = linesOf(script);
  const waiting = createWaiting(stepsOf({ script, lines, flow: flowOf(session) }, 'recorded'));
  expect(waiting.ready()).toEqual([]);
  expect(waiting.giveUp()).toMatchObject({ step: { line: lines[0] }, unasked: [] });
  expect(waiting.ready()).toMatchObject([{ line: lines[0] }]);
  waiting.happened(lines[0] as (typeof lines)[number]);
  // The answer waits for the call as well, so that it is not up to the server alone.
  expect(waiting.giveUp()).toBeUndefined();
  for (const call of lines[0]?.calls ?? []) waiting.happened(call);
  expect(waiting.giveUp()).toMatchObject({
    step: { line: lines[1] },
    unasked: [{ method: 'roots/list' }],
  });
  waiting.happened(lines[1] as (typeof lines)[number]);
  expect(waiting.ready()).toMatchObject([{ line: lines[2] }]);
});

test('a request that was given up by closing its exchange is given up at its place', () => {
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  const asked = (exchange: number, name: string) => [
    http(exchange, 'opened', { headers: [['mcp-protocol-version', '2026-07-28']] }),
    client(toolCall(exchange, name, {}, meta), { exchange }),
  ];
  const steps = [
    ...asked(1, 'slow'),
    http(1, 'ended', { ended: 'client-closed' }),
    ...asked(2, 'b'),
  ];
  const session = sessionOf(recordedSessions(tape('closed', steps)), undefined);
  expect(
    linesOf(scriptOf(session)).map(({ text, cancels }) => [nameOf(text), cancels.length]),
  ).toEqual([
    ['slow', 0],
    ['notifications/cancelled', 1],
    ['b', 0],
  ]);
});
