/** All rules, in the order the manual lists them. */
import { asRule } from './protocol/findings.ts';
import { PROTOCOL_RULES } from './protocol/rules.ts';
import { abortedRead } from './rules/aborted-read.ts';
import { annotationContradicted } from './rules/annotation-contradicted.ts';
import { cancelledButExecuted } from './rules/cancelled-but-executed.ts';
import { causalCascade } from './rules/causal-cascade.ts';
import { changedBetweenReads } from './rules/changed-between-reads.ts';
import { concurrentWrites } from './rules/concurrent-writes.ts';
import { crossProcessLostUpdate } from './rules/cross-process-lost-update.ts';
import { crossedResponse } from './rules/crossed-response.ts';
import { crossedTenants } from './rules/crossed-tenants.ts';
import { duplicateSideEffect } from './rules/duplicate-side-effect.ts';
import { nonSerialisable, orderDependent } from './rules/explored.ts';
import { failedRequest } from './rules/failed-request.ts';
import { inServerLostUpdate } from './rules/in-server-lost-update.ts';
import { malformedMessage } from './rules/malformed-message.ts';
import { phantomTool } from './rules/phantom-tool.ts';
import { retryOfUnknownOutcome } from './rules/retry-of-unknown-outcome.ts';
import type { Rule } from './rules/rule.ts';
import { serverDrifted } from './rules/server-drifted.ts';
import { shadowedName } from './rules/shadowed-name.ts';
import { staleCache } from './rules/stale-cache.ts';
import { staleCatalog } from './rules/stale-catalog.ts';
import { staleOverwrite } from './rules/stale-overwrite.ts';
import { staleReadUsed } from './rules/stale-read-used.ts';
import { toolsVaryByConnection } from './rules/tools-vary-by-connection.ts';
import { unansweredRequest } from './rules/unanswered-request.ts';

export const RULES: readonly Rule[] = [
  inServerLostUpdate,
  crossProcessLostUpdate,
  nonSerialisable,
  orderDependent,
  concurrentWrites,
  staleOverwrite,
  staleReadUsed,
  changedBetweenReads,
  abortedRead,
  causalCascade,
  crossedResponse,
  duplicateSideEffect,
  retryOfUnknownOutcome,
  cancelledButExecuted,
  annotationContradicted,
  staleCatalog,
  staleCache,
  phantomTool,
  serverDrifted,
  shadowedName,
  crossedTenants,
  unansweredRequest,
  failedRequest,
  malformedMessage,
  ...PROTOCOL_RULES.map(asRule),
  toolsVaryByConnection,
];
