/** A foreign span as a line: one line, and read back as what it was, whatever its sender wrote. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ForeignAttributes } from '../../../model/otel/foreign-span.ts';
import { decodeForeignSpan } from '../../../model/otel/foreign-span-text.ts';
import { holds, hostileJson, SEED } from '../../kit/random.ts';
import { foreignSpan, lineOf, spanIdOf, traceIdOf } from '../../kit/spans.ts';

const text = fc.string({ unit: 'binary' });
const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
/** As JSON has it: no undefined, no -0. */
const attributes = hostileJson.map(
  (value) => JSON.parse(JSON.stringify({ '"\n': value ?? null })) as ForeignAttributes,
);
const said = fc.record(
  {
    parentSpanId: fc.constant(spanIdOf(7)),
    traceState: text,
    name: text,
    start: time,
    end: time,
    statusMessage: text,
    attributes,
    events: fc.array(fc.record({ time, name: text, attributes })),
    links: fc.array(
      fc.record({
        traceId: fc.constant(traceIdOf(9)),
        spanId: fc.constant(spanIdOf(9)),
        attributes,
      }),
    ),
    resource: attributes,
    scope: text,
  },
  { requiredKeys: [] },
);

test(`a span is one line, and reads as it was (seed ${SEED})`, () => {
  holds(said, (more) => {
    const span = foreignSpan(1, 2, more);
    const line = lineOf(span);
    expect(line).not.toContain('\n');
    expect(decodeForeignSpan(line)).toEqual(span);
  });
});
