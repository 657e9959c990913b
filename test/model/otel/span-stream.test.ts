/** Spans as the session goes on: each with the entry that ends it, and of the whole session no others. */
import { describe, expect, test } from 'vitest';
import { createSpanStream } from '../../../model/otel/span-stream.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  ends,
  exit,
  http,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';

/** What each step completes, by the names of the spans; the last is what was open in the end. */
function told(...steps: Step[]): string[] {
  const entries = tape('notes', steps);
  const stream = createSpanStream(entries[0]?.session ?? '');
  const all = entries.map((entry) => stream.take(entry));
  return [...all, stream.finish()]
    .slice(1)
    .map((spans) =>
      spans
        .map(({ name, attributes }) => `${name} ${attributes['wiretape.state'] ?? ''}`.trim())
        .join(', '),
    );
}

const ask = (id: number, name = 'a'): Step => client(toolCall(id, name));
const answer = (id: number): Step => server(toolText(id, 'ok'));
const cancel = client({ method: 'notifications/cancelled', params: { requestId: 1 } });
const session = 'mcp session ready';

describe('a span comes with what ends it', () => {
  test('its answer', () => {
    expect(told(ask(1), ask(2, 'b'), answer(2), answer(1))).toEqual([
      '',
      '',
      'tools/call b',
      'tools/call a',
      session,
    ]);
  });

  test('its cancellation; the answer that comes all the same is one of its own', () => {
    expect(told(ask(1), cancel, answer(1), answer(1))).toEqual([
      '',
      'tools/call a cancelled, notifications/cancelled',
      'late-response',
      'second-response',
      session,
    ]);
  });

  test('its exchange', () => {
    const asked = client(toolCall(1, 'a'), { exchange: 1, channel: 'request' });
    const [opened, ended] = [
      http(1, 'opened', { method: 'POST', path: '/mcp' }),
      http(1, 'ended', { ended: 'unreachable' }),
    ];
    expect(told(opened, asked, ended)).toEqual(['', '', 'tools/call a failed', session]);
  });

  test('the process of its server, or the session', () => {
    const over = 'tools/call a abandoned';
    expect(told(ask(1), exit(1), ends())).toEqual(['', over, '', 'mcp session ended']);
    expect(told(ask(1), ends())).toEqual(['', over, 'mcp session ended']);
  });

  test('nothing: then it is open in the end', () => {
    expect(told(ask(1))).toEqual(['', `tools/call a open, ${session}`]);
  });

  test('a notification and what is no message, at once', () => {
    expect(told(server({ method: 'notifications/x' }), server('hello'), answer(9))).toEqual([
      'notifications/x',
      'malformed',
      'unknown-response',
      'mcp session spawned',
    ]);
  });
});

test('what is over is forgotten, and its round still finds it', () => {
  const state = { resultType: 'input_required', requestState: 'one' };
  const rounds = [ask(1, 'first'), server({ id: 1, result: state })];
  const many = Array.from({ length: 500 }, (_, at) => [ask(10 + at), answer(10 + at)]).flat();
  const again = { id: 2, method: 'tools/call', params: { name: 'first', requestState: 'one' } };
  const entries = tape('notes', [...opening(), ...rounds, ...many, client(again), answer(2)]);
  const stream = createSpanStream(entries[0]?.session ?? '');
  const spans = entries.flatMap((entry) => stream.take(entry));
  expect(stream.session.calls.length).toBeLessThan(100);
  const [first, second] = spans.filter(({ name }) => name === 'tools/call first');
  expect(second?.links).toMatchObject([{ spanId: first?.spanId }]);
  const [view] = viewsOf(entries);
  const whole = view && toSpans(view).spans;
  expect(whole).toEqual([...stream.finish(), ...spans]);
});
