/** Which spans of a session its tap knows to have arrived, and that saying so disturbs nothing else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SpansConfirmed } from '../../../model/entry.ts';
import { confirmedBy, seqOf } from '../../../model/otel/confirmed.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { readRecordingText, writeRecording } from '../../../model/recording.ts';
import type { WholeView } from '../../../model/session.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  ends,
  exit,
  note,
  opening,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';

const ENDPOINT = 'http://127.0.0.1:4318';
const calls: readonly Step[] = [1, 2, 3, 4].flatMap((id) => [
  client(toolCall(id, `tool-${id}`)),
  server(toolText(id, 'ok')),
]);
const confirmed = (upTo: number, without: SpansConfirmed['without']): Step =>
  note('spans', { spans: { endpoint: ENDPOINT, upTo, without } });

function viewOf(steps: readonly Step[]): WholeView {
  const reading = readRecordingText(writeRecording(tape('notes', steps)));
  const [view] = viewsOf(reading.ok ? reading.entries : []);
  expect(view).toBeDefined();
  return view as WholeView;
}

/** The names of the spans that were confirmed. */
function confirmedTools(steps: readonly Step[], endpoint = ENDPOINT): string[] {
  const view = viewOf(steps);
  const isConfirmed = confirmedBy(view, endpoint);
  return toSpans(view).spans.flatMap((span) => (isConfirmed(span) ? [span.name] : []));
}

describe('spans that were confirmed', () => {
  test('none, where nothing was said', () => {
    expect(confirmedTools(calls)).toEqual([]);
  });

  test('those up to a seq, without some; the session is that of its opening entry', () => {
    expect(confirmedTools([...calls, confirmed(4, [[0, 0]])])).toEqual([
      'tools/call tool-1',
      'tools/call tool-2',
    ]);
    expect(confirmedTools([...calls, confirmed(8, [[2, 6]])])).toEqual([
      'mcp session',
      'tools/call tool-1',
      'tools/call tool-4',
    ]);
  });

  test('the last note counts, and only for its endpoint', () => {
    const steps = [...calls, confirmed(8, []), ends(), confirmed(2, [])];
    expect(confirmedTools(steps)).toEqual(['mcp session', 'tools/call tool-1']);
    expect(confirmedTools(steps, 'http://127.0.0.1:4319')).toEqual([]);
  });

  test('ranges that overlap, touch and come in any order', () => {
    const range = fc.tuple(fc.nat(40), fc.nat(10)).map(([from, more]) => [from, from + more]);
    const ranges = fc.array(range as fc.Arbitrary<[number, number]>);
    const { spans } = toSpans(viewOf(calls));
    fc.assert(
      fc.property(ranges, (without) => {
        const isConfirmed = confirmedBy(viewOf([...calls, confirmed(100, without)]), ENDPOINT);
        for (const one of spans) {
          const seq = seqOf(one);
          expect(isConfirmed(one)).toBe(!without.some(([from, to]) => seq >= from && seq <= to));
        }
      }),
    );
  });
});

test('what is said of spans is no time in which anything happened', () => {
  const steps = [...opening(), ...calls, exit(0), ends()];
  const before = viewOf(steps);
  const after = viewOf([...steps, { ...confirmed(9, []), after: 9_000_000 }]);
  expect(toSpans(after)).toEqual(toSpans(before));
  expect(after.session.lastAt).toBe(before.session.lastAt);
});

test('what is left of a session that was sent live finds what was sent', () => {
  const otlp = { endpoint: ENDPOINT, parent: 'link' } as const;
  const traced = client(
    toolCall(9, 'traced', {}, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }),
  );
  const [live] = viewsOf(tape('notes', [...calls, traced], { head: { otlp } }));
  const sent = live && toSpans(live, { parent: 'link' });
  expect(live && toSpans(live, { parent: 'remote', runAt: () => 'another run' })).toEqual(sent);
});

test('what a host says to several servers within an hour is one trace, live too, and then another', () => {
  const traces = (name: string, host: number, steps: readonly Step[]) => {
    const head = {
      otlp: { endpoint: ENDPOINT, parent: 'remote' } as const,
      host: { pid: host, started: '2026-11-22T09:00:00.000Z', name: 'claude' },
    };
    const [live] = viewsOf(tape(name, steps, { head }));
    return new Set(live && toSpans(live).spans.map(({ traceId }) => traceId));
  };
  const [notes] = traces('notes', 41, calls);
  expect(traces('files', 41, calls)).toEqual(new Set([notes]));
  expect(traces('files', 42, calls)).not.toContain(notes);
  const anHour = 3_600_000_000;
  const [own, later] = traces('notes', 41, [
    ...calls,
    client(toolCall(9, 'later'), { after: anHour }),
  ]);
  expect([own, traces('files', 41, [client(toolCall(1, 'x'), { at: anHour })])]).toEqual([
    notes,
    new Set([notes, later]),
  ]);
});
