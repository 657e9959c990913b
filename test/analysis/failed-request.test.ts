/** Requests that failed at HTTP level: found with how, and nobody is told to wait longer for them. */
import { expect, test } from 'vitest';
import { analyse, blame } from '../../analysis/index.ts';
import { viewsOf } from '../../model/view.ts';
import { client, ends, frame, http, type Step, server, tape, toolCall } from '../kit/entries.ts';

interface Exchange {
  readonly said?: Parameters<typeof client>[0];
  readonly status?: number;
  readonly type?: string;
  readonly ended?: string;
  readonly reason?: string;
  readonly between?: readonly Step[];
}

let next = 0;

function exchange({ said, status, type, ended = 'complete', reason, between = [] }: Exchange = {}) {
  const number = ++next;
  const place = { exchange: number };
  return [
    http(number, 'opened', { headers: [['mcp-protocol-version', '2025-11-25']] }),
    client(said ?? toolCall(number, 'save'), place),
    ...(status === undefined
      ? []
      : [http(number, 'head', { status, headers: [['content-type', type ?? 'text/plain']] })]),
    ...between,
    http(number, 'ended', { ended, ...(reason === undefined ? {} : { reason }) }),
  ];
}

const viewOf = (steps: readonly Step[]) => viewsOf(tape('notes', steps))[0];

function found(steps: readonly Step[]): string[] {
  return analyse(viewsOf(tape('notes', steps)))
    .filter(({ rule }) => rule.endsWith('-request'))
    .map(({ rule, tier, severity, message }) => `${rule} ${tier} ${severity}: ${message}`);
}

function stuck(steps: readonly Step[]): string[] {
  const view = viewOf(steps);
  return view
    ? blame(view, view.session.lastAt + 60_000_000).map(
        ({ owes, cause, sentence }) => `${owes} · ${cause} · ${sentence}`,
      )
    : [];
}

test('is told with its status or why nobody answered, alike ones together, while the session lives and after', () => {
  const steps = [
    ...exchange({ status: 500 }),
    ...exchange({ status: 500 }),
    ...exchange({ status: 200, type: 'text/html' }),
    ...exchange({ ended: 'unreachable', reason: 'connection refused' }),
  ];
  const expected = [
    'failed-request PROVEN high: tools/call save of the client of notes failed, twice: HTTP 500, 0.00 s after it was asked.',
    'failed-request PROVEN high: tools/call save of the client of notes failed: HTTP 200, without the answer, 0.00 s after it was asked.',
    'failed-request PROVEN high: tools/call save of the client of notes failed: no answer: connection refused, 0.00 s after it was asked.',
  ];
  expect(found(steps)).toEqual(expected);
  expect(found([...steps, ends()])).toEqual(expected);
  expect(stuck(steps)).toEqual([]);
});

test('shows the end of the exchange as evidence', () => {
  const [finding] = analyse(viewsOf(tape('notes', exchange({ status: 502 }))));
  expect(finding?.evidence).toEqual([
    { message: expect.stringMatching(/:2$/), role: 'failed request' },
    { message: expect.stringMatching(/:4$/), role: 'end of the exchange' },
  ]);
  expect(finding?.confirm).not.toContain('wait longer');
});

test.each([
  ['a login that is asked for', { status: 401 }],
  ['a redirect', { status: 307 }],
  ['a question which revision is spoken', { status: 404, said: { id: 1, method: 'initialize' } }],
] as const)('weighs little where it is %s', (_, given) => {
  expect(found(exchange(given)).map((text) => text.split(':')[0])).toEqual([
    'failed-request PROVEN low',
  ]);
});

test('is not what the server answered with an error of JSON-RPC, whatever its status', () => {
  const refused = server(
    { id: null, error: { code: -32_603, message: 'x' } },
    { exchange: next + 1 },
  );
  expect(found([...exchange({ status: 500, between: [refused] }), ends()])).toEqual([]);
});

const events = (): Step =>
  frame(
    'server',
    { why: 'sse', text: 'id: 1\ndata: \n\n' },
    { exchange: next + 1, channel: 'stream' },
  );
const STREAM = { status: 200, type: 'text/event-stream' } as const;

test('a client that has gone is named, and nobody else is blamed', () => {
  expect(stuck(exchange({ ended: 'client-closed' }))).toEqual([
    'nobody · client-gone · Nobody owes a move: the client gave up; it closed its connection at 0.00 s, before the answer came, and nothing can bring it any more.',
  ]);
  const left = exchange({ ...STREAM, between: [events()], ended: 'client-closed' });
  expect(stuck(left)).toEqual([
    'client · client-gone · The client owes the next move: it closed its connection at 0.01 s, before the answer came. It can still fetch the answer, behind the last event of the stream.',
  ]);
  expect([...stuck([...left, ends()]), ...found([...left, ends()])]).toEqual([]);
});

test('closing cancels in 2026-07-28: nobody waits', () => {
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  const said = toolCall(1, 'save', {}, meta);
  const number = ++next;
  const steps = [
    http(number, 'opened', { headers: [['mcp-protocol-version', '2026-07-28']] }),
    client(said, { exchange: number }),
    http(number, 'ended', { ended: 'client-closed' }),
  ];
  expect([...stuck(steps), ...found([...steps, ends()])]).toEqual([]);
});

test('a stream that ended and may go on is the move of the client, until the session ends without it', () => {
  const over = exchange({ ...STREAM, between: [events()] });
  expect(stuck(over)).toEqual([
    'client · stream-over · The client owes the next move: the stream ended at 0.01 s without the answer (“HTTP 200, without the answer”), and the client has not gone on behind its last event.',
  ]);
  expect(found(over)).toEqual([]);
  const resumed = http(++next, 'opened', { headers: [['Last-Event-ID', '#1a2b3c4d']] });
  expect(stuck([...over, resumed]).map((text) => text.split(' · ')[1])).toEqual(['server-silent']);
  expect(found([...over, ends()]).map((text) => text.split(':')[0])).toEqual([
    'failed-request PROVEN high',
  ]);
});
