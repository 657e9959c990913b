import { conflictFindings } from './conflict.ts';
import type { Rule } from './rule.ts';

export const staleReadUsed: Rule & { rule: 'stale-read-used' } = {
  rule: 'stale-read-used',
  code: 'C04',
  version: 1,
  severity: 'medium',
  definition:
    'An agent read a value, another one replaced that value, and the first, without having read it again, passed the old value on to another call that succeeded.',
  wrongWhen:
    'The agent had the value from elsewhere, as from its user, or the call was meant to use what was true when it was read; or, over HTTP, the server keeps something else for each connection.',
  confirm:
    'Ask for the value again just before the call, and compare it with what the call was given.',
  source: 'Stale read of Jepsen; the read dependency on an overwritten version of Adya 1999.',
  fixtures: [
    'test/analysis/conflicts/scenes.test.ts',
    'test/analysis/conflicts/near-misses.test.ts',
    'test/analysis/conflicts/histories.test.ts',
  ],
  find: (material) => conflictFindings(staleReadUsed, material),
};
