import { CONFIRM, lostUpdateFinding } from './lost-update.ts';
import type { Rule } from './rule.ts';

export const crossProcessLostUpdate: Rule = {
  rule: 'cross-process-lost-update',
  code: 'C03',
  version: 1,
  severity: 'critical',
  definition:
    'As in-server-lost-update, but at least one lost write ran at the same time only as writes of another process of the same server that keeps its data in the same place: equal keyed hashes of the variables that name it, or the same absolute path as argument.',
  wrongWhen:
    'The two processes do not keep their data in the same place after all, or as for in-server-lost-update.',
  confirm: CONFIRM,
  source:
    'Lost update (P4) of Berenson et al. 1995, between processes; two server-memory 2026.8.31 on one file show it (modelcontextprotocol/servers #4797).',
  fixtures: [
    'test/analysis/lost-update.test.ts',
    'test/analysis/near-misses.test.ts',
    'test/analysis/near-reads.test.ts',
    'test/analysis/partial-reads.test.ts',
    'test/analysis/puts.test.ts',
    'test/analysis/histories.test.ts',
    'test/analysis/real-servers.test.ts',
  ],
  find: ({ lostUpdates }) =>
    lostUpdates().flatMap((found) =>
      found.inOneServer ? [] : lostUpdateFinding(crossProcessLostUpdate, found),
    ),
};
