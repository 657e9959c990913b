/** Which run a moment of a session is part of, for all that make spans of it. */
import { describe, expect, test } from 'vitest';
import { runAtOf, runStarts } from '../../../model/otel/runs.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { summaryOf } from '../../../model/summary.ts';
import { viewsOf } from '../../../model/view.ts';
import { workflows } from '../../../model/workflow.ts';
import { client, opening, type Step, tape, toolCall } from '../../kit/entries.ts';

const MINUTE = 60_000_000;
const ask = (id: number, at: number): Step => client(toolCall(id, `tool-${id}`), { at });

describe('the run of a moment', () => {
  const starts = [
    { id: 'first', from: -5 },
    { id: 'second', from: 100 },
  ];

  test.each([
    [-10, 'first'],
    [0, 'first'],
    [99, 'first'],
    [100, 'second'],
    [1e12, 'second'],
  ])('at %d it is the %s', (at, run) => {
    expect(runAtOf('the session', starts)(at)).toBe(run);
  });

  test('without any it is the session', () => {
    expect(runAtOf('the session', [])(7)).toBe('the session');
  });
});

test('sessions of one workflow share a trace until a pause, and each is in that of its first message', () => {
  const tapes = ['one', 'other'].map((name, at) => {
    const steps = [...opening(), ask(1, 2000 + at), ask(2, 3 * MINUTE + at)];
    return tape(name, steps, { head: { workflow: 'w' } });
  });
  const views = viewsOf(tapes.flat());
  const runs = workflows(views.map(({ session }) => summaryOf(session))).flatMap((w) => w.runs);
  const traces = views.map((view) => {
    const runAt = runAtOf(view.session.id, runStarts(summaryOf(view.session), runs));
    const { spans } = toSpans(view, { runAt });
    return ['mcp session', 'tools/call tool-1', 'tools/call tool-2'].map(
      (name) => spans.find((span) => span.name === name)?.traceId,
    );
  });
  expect(traces[0]).toEqual(traces[1]);
  const [session, early, late] = traces[0] ?? [];
  expect(session).toBe(early);
  expect(late).not.toBe(early);
});
