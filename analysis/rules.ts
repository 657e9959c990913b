/** All rules, in the order the manual lists them. */
import { asRule } from './protocol/findings.ts';
import { PROTOCOL_RULES } from './protocol/rules.ts';
import { crossProcessLostUpdate } from './rules/cross-process-lost-update.ts';
import { nonSerialisable, orderDependent } from './rules/explored.ts';
import { failedRequest } from './rules/failed-request.ts';
import { idReusedInFlight } from './rules/id-reused-in-flight.ts';
import { inServerLostUpdate } from './rules/in-server-lost-update.ts';
import { malformedMessage } from './rules/malformed-message.ts';
import type { Rule } from './rules/rule.ts';
import { secondResponse } from './rules/second-response.ts';
import { unansweredRequest } from './rules/unanswered-request.ts';

export const RULES: readonly Rule[] = [
  inServerLostUpdate,
  crossProcessLostUpdate,
  nonSerialisable,
  orderDependent,
  idReusedInFlight,
  secondResponse,
  unansweredRequest,
  failedRequest,
  malformedMessage,
  ...PROTOCOL_RULES.map(asRule),
];
