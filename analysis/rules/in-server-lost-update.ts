import { CONFIRM, lostUpdateFinding } from './lost-update.ts';
import type { Rule } from './rule.ts';

export const inServerLostUpdate: Rule = {
  rule: 'in-server-lost-update',
  code: 'C03',
  version: 1,
  severity: 'critical',
  definition:
    'A write succeeded and ran at the same time as another write of the same session and the same resource (the same key, or the whole server where keys are unknown). A later read that covers it shows the other and lacks it, while no operation can have removed or replaced it. Of what is put under a key, that key is new, and gone from a read of the whole store. POTENTIAL where such reads leave things out by custom: a queue, unless it lists finished ones too, a ranking, and a log of which only the oldest entries are gone.',
  wrongWhen:
    'The read shows only a part without saying so; the server takes things away by itself; or something that was not recorded wrote to the same place. A read that lacks a write which nobody disturbed is never used, nor one that only sums up, says by a member, a line, its name or its description that there is more than it shows, or shows in other words as many things as there should be.',
  confirm: CONFIRM,
  source:
    'Lost update (P4) of Berenson et al. 1995, inside one server; server-memory 2026.8.31 and server-filesystem 2026.8.31 show it (modelcontextprotocol/servers #1819, #2579).',
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
      found.inOneServer ? lostUpdateFinding(inServerLostUpdate, found) : [],
    ),
};
