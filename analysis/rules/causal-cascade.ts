import { conflictFindings } from './conflict.ts';
import type { Rule } from './rule.ts';

export const causalCascade: Rule & { rule: 'causal-cascade' } = {
  rule: 'causal-cascade',
  code: 'C18',
  version: 1,
  severity: 'high',
  definition:
    'A call used a value that a stale overwrite, a use of a stale value or an aborted read had led to: one that the answer of such a call gave first, or that its agent was shown and passed on.',
  wrongWhen:
    'The conflict that it follows from is none, or the value would have been the same without it.',
  confirm:
    'Make sure of the conflict that it follows from; then look what the calls named here did.',
  source: 'Cascading effects of aborted and stale reads: Adya 1999, and data flow between calls.',
  fixtures: [
    'test/analysis/conflicts/scenes.test.ts',
    'test/analysis/conflicts/near-misses.test.ts',
  ],
  find: (material) => conflictFindings(causalCascade, material),
};
