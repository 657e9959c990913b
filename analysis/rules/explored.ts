/** What only running other orders shows; `wiretape explore` gives these, and never analysis alone. */
import type { Rule } from './rule.ts';

const NOTHING_RECORDED = (): [] => [];
const SOURCE =
  'Equal orientations of dependent operations have equal outcomes: A. Mazurkiewicz, Trace theory, 1987; minimised by delta debugging, A. Zeller and R. Hildebrandt, 2002.';
const WRONG_WHEN =
  'The reset does not give the same start each time; something else changed what was looked at; or a mask covers a value that matters. It holds for the servers that were run, and for no others.';
const CONFIRM = 'Run the printed schedule again, or the test that --test writes.';
const FIXTURES = [
  'test/replay/explore/busy.test.ts',
  'test/replay/explore/strategy.test.ts',
  'test/replay/explore/live.long.test.ts',
  'test/replay/explore/test-file.long.test.ts',
];

export const nonSerialisable: Rule = {
  rule: 'non-serialisable',
  code: 'X01',
  version: 1,
  severity: 'critical',
  definition:
    'Recorded calls were issued together at live servers with a fresh start, and what they answered, or what reads showed afterwards, is what none of their orders, one after the other, came to. All their orders were run, each three times with one outcome; the outcome of the group was seen at least twice. A call that was refused with an error did nothing: then it is compared with the orders of those that were accepted. Low where only answers differ, and what was read afterwards is that of an order.',
  wrongWhen: WRONG_WHEN,
  confirm: CONFIRM,
  source: SOURCE,
  fixtures: FIXTURES,
  find: NOTHING_RECORDED,
};

export const orderDependent: Rule = {
  rule: 'order-dependent',
  code: 'X02',
  version: 1,
  severity: 'high',
  definition:
    'Two orders of recorded calls that nothing keeps in order, one flip apart, came to different answers, or to different reads afterwards, at live servers with a fresh start; each was run three times with one outcome. Low when only answers differ.',
  wrongWhen: WRONG_WHEN,
  confirm: CONFIRM,
  source: SOURCE,
  fixtures: FIXTURES,
  find: NOTHING_RECORDED,
};
