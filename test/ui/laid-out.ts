/** A run as the page has it, without a browser: its buffer, loaded from entries, and its layout. */
import { expect } from 'vitest';
import { createColumns } from '../../model/columns.ts';
import type { Entry } from '../../model/entry.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { RunBuffer } from '../../ui/run/buffer.ts';
import { createSpanBuffer } from '../../ui/run/span-buffer.ts';
import { layoutOf } from '../../ui/timeline/layout.ts';
import { timesOf, wallOfRun } from '../../ui/timeline/span-times.ts';

/** The buffer a page would have after it loaded all these entries. */
export function loaded(entries: readonly Entry[]): RunBuffer {
  const sessions = viewsOf(entries).map(({ session }) => summaryOf(session));
  const from = Math.min(...sessions.map(({ start }) => start));
  const buffer = new RunBuffer({ from, to: Number.POSITIVE_INFINITY });
  buffer.cover(sessions);
  for (const { id } of sessions) {
    const columns = createColumns();
    const machine = createSessionMachine(id);
    for (const entry of entries)
      if (entry.session === id) columns.append(entry, machine.apply(entry));
    expect(buffer.take(id, columns.encode(0, 1))).toBe(true);
  }
  return buffer;
}

export function layoutFor(buffer: RunBuffer, others: readonly ForeignSpan[] = []) {
  const sessions = buffer.tracks.map(({ summary }) => summary);
  const { bars, callers, length, marks } = buffer;
  const spans = createSpanBuffer();
  for (const span of others) spans.add(span);
  const from = Math.min(...sessions.map(({ start }) => start));
  const times = timesOf(spans.all, wallOfRun(sessions, from), { bars, callers });
  return layoutOf({ sessions, bars, length, marks, spans, times, callers });
}
