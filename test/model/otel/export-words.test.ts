/** What is said of spans that taps send: of how many entries nobody has confirmed them, summed over sessions of one endpoint. */
import { expect, test } from 'vitest';
import type { SpansConfirmed } from '../../../model/entry.ts';
import { spansOfTaps, tapsWords } from '../../../model/otel/export-words.ts';
import { summaryOf } from '../../../model/summary.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  ends,
  note,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';

const to = (endpoint: string) => ({ head: { otlp: { endpoint, parent: 'remote' as const } } });
const called = [...opening(), client(toolCall(1, 'a')), server(toolText(1, 'b'))];
const told = (upTo: number, ...without: [number, number][]): Step =>
  note('told', { spans: { endpoint: 'http://a', upTo, without } satisfies SpansConfirmed });

/** How many entries of a session at http://a are unconfirmed. */
function unconfirmedOf(...steps: readonly Step[]): number | undefined {
  const [view] = viewsOf(tape('notes', [...called, ...steps], to('http://a')));
  return view && summaryOf(view.session).spans?.unconfirmed;
}

test('a session says how much of it is confirmed', () => {
  // The opening entry, three of the handshake, the call and its answer.
  expect(unconfirmedOf()).toBe(6);
  expect(unconfirmedOf(told(5, [0, 0]))).toBe(1);
  expect(unconfirmedOf(told(5, [0, 0]), ends())).toBe(2);
  expect(unconfirmedOf(ends(), told(6))).toBe(0);
  expect(unconfirmedOf(ends(), told(6, [0, 0], [4, 5]))).toBe(3);
  // Whatever a recording claims.
  expect(unconfirmedOf(told(2 ** 40, [0, 2 ** 50], [9, 3]))).toBe(7);
});

test('sessions of one endpoint are one line, those that send nothing are none', () => {
  const summaries = viewsOf([
    ...tape('one', [...called, ends(), told(6)], to('http://a')),
    ...tape('two', called, to('http://a')),
    ...tape('three', [...called, ends(), told(6)], to('http://b')),
    ...tape('four', called),
  ]).map(({ session }) => summaryOf(session));
  const counted = (count: number, one: string, many = `${one}s`) =>
    `${count} ${count === 1 ? one : many}`;
  expect(spansOfTaps(summaries).map((taps) => [taps.endpoint, tapsWords(taps, counted)])).toEqual([
    ['http://a', '2 sessions, 6 entries not confirmed'],
    ['http://b', '1 session, all confirmed'],
  ]);
});
