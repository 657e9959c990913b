/** All rules, in the order the manual lists them. */
import { asRule } from './protocol/findings.ts';
import { PROTOCOL_RULES } from './protocol/rules.ts';
import { abortedRead } from './rules/aborted-read.ts';
import { causalCascade } from './rules/causal-cascade.ts';
import { changedBetweenReads } from './rules/changed-between-reads.ts';
import { concurrentWrites } from './rules/concurrent-writes.ts';
import { crossProcessLostUpdate } from './rules/cross-process-lost-update.ts';
import { failedRequest } from './rules/failed-request.ts';
import { inServerLostUpdate } from './rules/in-server-lost-update.ts';
import { malformedMessage } from './rules/malformed-message.ts';
import type { Rule } from './rules/rule.ts';
import { staleOverwrite } from './rules/stale-overwrite.ts';
import { staleReadUsed } from './rules/stale-read-used.ts';
import { toolsVaryByConnection } from './rules/tools-vary-by-connection.ts';
import { unansweredRequest } from './rules/unanswered-request.ts';

export const RULES: readonly Rule[] = [
  inServerLostUpdate,
  crossProcessLostUpdate,
  concurrentWrites,
  staleOverwrite,
  staleReadUsed,
  changedBetweenReads,
  abortedRead,
  causalCascade,
  unansweredRequest,
  failedRequest,
  malformedMessage,
  ...PROTOCOL_RULES.map(asRule),
  toolsVaryByConnection,
];
