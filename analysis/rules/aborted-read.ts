import { conflictFindings } from './conflict.ts';
import type { Rule } from './rule.ts';

export const abortedRead: Rule & { rule: 'aborted-read' } = {
  rule: 'aborted-read',
  code: 'C09',
  version: 1,
  severity: 'medium',
  definition:
    'An agent was shown a value that only one write of another agent had put there, and that write failed, was cancelled or was taken back: the value was not there before, or is there no more.',
  wrongWhen:
    'The value came from something that was not recorded; or the write was repeated with success, unseen by the recording.',
  confirm: 'Read the resource again, and compare it with what the agent was shown.',
  source: 'Aborted read (G1a) of Adya 1999, dirty read (P1) of Berenson et al. 1995.',
  fixtures: [
    'test/analysis/conflicts/scenes.test.ts',
    'test/analysis/conflicts/near-misses.test.ts',
    'test/analysis/conflicts/histories.test.ts',
  ],
  find: (material) => conflictFindings(abortedRead, material),
};
