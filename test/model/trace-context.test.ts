/** What is a `traceparent`, as W3C Trace Context says it (level 1, "Versioning of traceparent"). */
import { expect, test } from 'vitest';
import { contextIn, flagsIn } from '../../model/trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const IDS = `${traceId}-${spanId}`;

test.each([
  [`00-${IDS}-01`, '01'],
  [`00-${IDS}-00`, '00'],
  [`cc-${IDS}-01`, '01'],
  [`cc-${IDS}-03-what-will-be`, '03'],
  [`cc-${IDS}-01-`, '01'],
])('%s is one', (text, flags) => {
  expect(contextIn(text)).toEqual({ traceId, spanId });
  expect(flagsIn(text)).toBe(flags);
});

test.each([
  `00-${IDS}-01GARBAGE`,
  `00-${IDS}-01-extra`,
  `00-${IDS}-01-`,
  `00-${IDS}-01\n`,
  ` 00-${IDS}-01`,
  `00-${IDS}-1`,
  `00-${IDS}-0g`,
  `00-${IDS}`,
  `cc-${IDS}-01.what-will-be`,
  `cc-${IDS}-01\n`,
  `ff-${IDS}-01`,
  `ff-${IDS}-01-extra`,
  `0-${IDS}-01`,
  `00-${IDS.toUpperCase()}-01`,
  `CC-${IDS}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  '',
])('%j is none', (text) => {
  expect([contextIn(text), flagsIn(text)]).toEqual([undefined, undefined]);
});
