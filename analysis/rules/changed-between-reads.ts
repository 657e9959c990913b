import { conflictFindings } from './conflict.ts';
import type { Rule } from './rule.ts';

export const changedBetweenReads: Rule & { rule: 'changed-between-reads' } = {
  rule: 'changed-between-reads',
  code: 'C05',
  version: 1,
  severity: 'low',
  definition:
    'Within one turn an agent asked the same twice and was told two things: the second answer shows a change by another agent that the first does not. OBSERVED when one trace says that it was one turn, POTENTIAL when both came within a minute; OBSERVED, too, when the second answer shows again what had been replaced before the first, though nobody wrote in between. Silent when it wrote there afterwards, had been told of a change, or asked more than twice.',
  wrongWhen: 'The agent read again because it expected a change, and uses the second answer only.',
  confirm:
    'Look at what the agent did between the two reads: whether it relied on the first answer.',
  source: 'Non-repeatable read (P2) of Berenson et al. 1995.',
  fixtures: [
    'test/analysis/conflicts/scenes.test.ts',
    'test/analysis/conflicts/near-misses.test.ts',
    'test/analysis/conflicts/histories.test.ts',
  ],
  find: (material) => conflictFindings(changedBetweenReads, material),
};
