import { conflictFindings } from './conflict.ts';
import type { Rule } from './rule.ts';

export const concurrentWrites: Rule & { rule: 'concurrent-writes' } = {
  rule: 'concurrent-writes',
  code: 'C01',
  version: 1,
  severity: 'high',
  definition:
    'Two calls that replace, change or delete one resource ran at the same time, and do not commute: of two agents, or of one that sent both at once. POTENTIAL as such; OBSERVED when a later read of the whole resource, with no write in between, shows one of them and nothing of the other; of one agent, only where the one that it sent first is what is left.',
  wrongWhen:
    'The tool changes only a part of what it names; its server puts calls in an order that their senders rely on; or the later one was meant to win.',
  confirm:
    'Run both calls in either order: if what is read afterwards differs, their order matters, and nothing keeps it.',
  source:
    'Write/write conflict (P0, P4) of Berenson et al. 1995; races by happens-before, Lamport 1978.',
  fixtures: [
    'test/analysis/conflicts/scenes.test.ts',
    'test/analysis/conflicts/near-misses.test.ts',
    'test/analysis/conflicts/histories.test.ts',
  ],
  find: (material) => conflictFindings(concurrentWrites, material),
};
