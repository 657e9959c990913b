/** Spans among the rows of a run: each in its place by time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { among } from '../../ui/list/among.ts';

const times = fc
  .array(fc.integer({ min: -5, max: 30 }), { maxLength: 40 })
  .map((all) => all.sort((a, b) => a - b));

test('all stand by time, a span before the rows of its moment', () => {
  fc.assert(
    fc.property(times, times, (rows, spans) => {
      const all = among(rows, spans);
      const wanted = [
        ...rows.map((time, place) => ({ time, place })),
        ...spans.map((time, span) => ({ time, span })),
      ].sort((a, b) => a.time - b.time || Number('place' in a) - Number('place' in b));
      const found = Array.from({ length: all.count }, (_, position) => all.at(position));
      expect(found).toEqual(wanted.map(({ time: _, ...one }) => one));
    }),
  );
});
