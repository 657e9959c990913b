/** Each message stands in one span, however wrong it is, and that span tells all that is wrong with it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Entry, reference } from '../../../model/entry.ts';
import type { Span } from '../../../model/otel/span.ts';
import { createSpanStream } from '../../../model/otel/span-stream.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  ends,
  exit,
  http,
  type Said,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';
import { holds, nearlyMessage, SEED } from '../../kit/random.ts';

/** As a tap makes them, while the session goes on. */
function live(entries: readonly Entry[]): Span[] {
  const stream = createSpanStream(entries[0]?.session ?? '');
  const spans = entries.flatMap((entry) => stream.take(entry));
  return [...spans, ...stream.finish()];
}

/** Those of the messages after the opening entry: what each is called, and what is wrong with it. */
function told(...steps: Step[]): unknown[] {
  return live(tape('notes', steps))
    .slice(0, -1)
    .map(({ name, attributes }) => [
      name,
      attributes['wiretape.faults'] ?? [],
      ...(attributes['wiretape.response_faults'] ? [attributes['wiretape.response_faults']] : []),
    ]);
}

const ask = client(toolCall(1, 'a'));
const answer = server(toolText(1, 'ok'));
const cancel = client({ method: 'notifications/cancelled', params: { requestId: 1 } });
const both: Said = { id: 1, result: {}, error: { code: 1, message: 'no' } };
const [BOTH, AGAIN, ASKED] = [['malformed', 'result-and-error'], 'second-response', 'tools/call a'];

describe('one message, one span, with all its faults', () => {
  test('an answer to nobody that is malformed', () => {
    expect(told(server({ id: 77, error: 'x' }))).toEqual([
      ['unknown-response', ['unknown-response', 'malformed', 'error-without-code']],
    ]);
  });

  test('a second answer that is malformed', () => {
    expect(told(ask, answer, server(both))).toEqual([
      [ASKED, []],
      [AGAIN, [AGAIN, ...BOTH]],
    ]);
  });

  test('a late answer that is malformed', () => {
    expect(told(ask, cancel, server(both))).toEqual([
      [ASKED, []],
      ['notifications/cancelled', []],
      ['late-response', ['late-response', ...BOTH]],
    ]);
  });

  test('an answer that is malformed is in the span of its request', () => {
    expect(told(ask, server(both))).toEqual([[ASKED, [], BOTH]]);
    expect(told(client(toolCall('1', 'a')), answer)).toEqual([[ASKED, [], ['id-type-changed']]]);
  });

  test('each of a batch its own', () => {
    const wrong = { jsonrpc: '2.0', id: 8, error: 7 };
    expect(told(ask, server([wrong, { jsonrpc: '2.0', id: 1, result: {} }, 5]))).toEqual([
      ['unknown-response', ['unknown-response', 'malformed', 'error-without-code']],
      [ASKED, []],
      ['malformed', ['malformed', 'no-message']],
    ]);
    expect(told(client([]))).toEqual([['malformed', ['malformed', 'empty-batch']]]);
  });
});

describe('a line that asks', () => {
  test.each([
    ['a method that is no text', { id: 4, method: 5 }, 'malformed', ['no-message']],
    ['a notification of such a method', { method: 5 }, 'malformed', ['no-message']],
    ['no id', { ...toolCall(1, 'a'), id: null }, ASKED, ['id-not-text-or-number']],
    ['an id that is an object', { ...toolCall(1, 'a'), id: {} }, ASKED, ['id-not-text-or-number']],
    ['no version', `{"id":1,"method":"ping"}`, 'ping', ['no-version']],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }, 'ping', ['no-version']],
    ['a notification without a version', '{"method":"x"}', 'x', ['no-version']],
  ])('%s', (_, said, name, faults) => {
    expect(told(client(said as Said))).toEqual([[name, ['malformed', ...faults]]]);
  });

  test('an id that is in use, a cancellation and progress of nothing', () => {
    const progress = { progressToken: 5, progress: 1 };
    expect(told(ask, ask, answer, answer)).toEqual([
      [ASKED, []],
      [ASKED, ['id-reused-in-flight']],
    ]);
    expect(told(cancel)).toEqual([['notifications/cancelled', ['unknown-cancel']]]);
    expect(told(server({ method: 'notifications/progress', params: progress }))).toEqual([
      ['notifications/progress', ['unknown-progress']],
    ]);
  });

  test.each([
    [toolCall(1, ''), 'tools/call'],
    [{ id: 1, method: '' }, 'mcp request'],
    [{ method: '' }, 'mcp notification'],
  ])('%j has a name', (said, name) => {
    expect(told(client(said))).toEqual([[name, []]]);
  });
});

const sane: fc.Arbitrary<Said> = fc.tuple(fc.nat(3), fc.nat(5)).map(([id, kind]): Said => {
  if (kind === 0) return toolCall(id, 'a', {}, { progressToken: id });
  if (kind === 1) return toolText(id, 'ok');
  if (kind === 2) return { id, result: {}, error: 'x' };
  if (kind === 3) return { method: 'notifications/cancelled', params: { requestId: id } };
  if (kind === 4) return { id: null, error: { code: -32700, message: 'what' } };
  return { method: 'notifications/progress', params: { progressToken: id, progress: 1 } };
});
const said: fc.Arbitrary<Said> = fc.oneof(
  sane,
  nearlyMessage.map((value) => JSON.stringify(value)),
  fc.array(fc.oneof(sane, nearlyMessage), { maxLength: 4 }).map((items) => JSON.stringify(items)),
  fc.constantFrom('garbage', '{"jsonrpc":"2.0","id":4,"method":5}', '[]'),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(said, fc.boolean(), fc.option(fc.nat(2), { nil: undefined }))
      .map(([what, isClient, exchange]) =>
        (isClient ? client : server)(what, exchange === undefined ? {} : { exchange }),
      ),
  },
  { weight: 1, arbitrary: fc.nat(2).map((exchange) => http(exchange, 'ended', { ended: 'x' })) },
  { weight: 1, arbitrary: fc.constantFrom(exit(1), ends()) },
);

test(`whatever is said, each message is in one span, live and of a file alike (seed ${SEED})`, () => {
  holds(
    fc.array(step, { maxLength: 25 }),
    (steps) => {
      const entries = tape('notes', steps);
      const spans = live(entries);
      const [view] = viewsOf(entries);
      if (!view) throw new Error('the tape is empty');
      const byId = (all: readonly Span[]) => new Map(all.map((span) => [span.spanId, span]));
      expect(byId(spans).size).toBe(spans.length);
      expect(byId(toSpans(view).spans)).toEqual(byId(spans));
      expect(toSpans(view).spans).toHaveLength(spans.length);
      expect(messagesIn(spans).sort()).toEqual(messagesOf(entries).sort());
      expect(spans.every(({ name }) => name !== '' && !name.endsWith(' '))).toBe(true);
    },
    { runs: 1000 },
  );
});

/** An answer that ended no request of its own is the beginning of a span, so each stands once. */
function messagesIn(spans: readonly Span[]): unknown[] {
  const begun = spans.map(({ attributes }) => attributes['wiretape.request']);
  const answers = spans
    .map(({ attributes }) => attributes['wiretape.response'])
    .filter((one) => one !== undefined && !begun.includes(one));
  return [...begun.filter((one) => one !== undefined), ...answers];
}

/** All lines, and of batches all items; a response of HTTP may hold anything. */
function messagesOf(entries: readonly Entry[]): unknown[] {
  return entries.flatMap((entry) => {
    if (entry.type === 'frame' && entry.channel !== 'response')
      return [reference(entry.session, entry.seq)];
    if (entry.type !== 'message') return [];
    const { session, seq, value } = entry;
    if (!Array.isArray(value) || value.length === 0) return [reference(session, seq)];
    return value.map((_, item) => reference(session, seq, item));
  });
}
