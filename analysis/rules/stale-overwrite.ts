import { conflictFindings } from './conflict.ts';
import type { Rule } from './rule.ts';

export const staleOverwrite: Rule & { rule: 'stale-overwrite' } = {
  rule: 'stale-overwrite',
  code: 'C02',
  version: 1,
  severity: 'high',
  definition:
    'An agent read a resource, another one changed it after that, and the first, without having read it again, wrote over it unconditionally, so that the change is gone. OBSERVED when what was written carries on what had been read and lacks the change; POTENTIAL when it only lacks it.',
  wrongWhen:
    'The agent knew of the change in a way that was not recorded, and meant to undo it; or the tool writes only a part of what it names.',
  confirm:
    'Read the resource as it was before the overwriting call, and look whether the change was there; then give the agent a conditional write, or let it read again before it writes.',
  source:
    'Lost update (P4) of Berenson et al. 1995; the G-single anomaly of Adya 1999, between agents that read and write in two calls.',
  fixtures: [
    'test/analysis/conflicts/scenes.test.ts',
    'test/analysis/conflicts/near-misses.test.ts',
    'test/analysis/conflicts/histories.test.ts',
    'test/analysis/conflicts/real-hosts.long.test.ts',
  ],
  find: (material) => conflictFindings(staleOverwrite, material),
};
