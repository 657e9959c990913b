/** All protocol rules, family by family, in the order the manual lists them. */
import { CANCELLATION } from './cancellation.ts';
import { CAPABILITIES } from './capabilities.ts';
import { DIRECTION } from './direction.ts';
import { ELICITATION } from './elicitation.ts';
import { HTTP } from './http.ts';
import { IDS } from './ids.ts';
import { LIFECYCLE } from './lifecycle.ts';
import { LOGGING } from './logging.ts';
import { PAGES } from './pages.ts';
import { PROGRESS } from './progress.ts';
import type { ProtocolRule } from './protocol-rule.ts';
import { RESOURCES } from './resources.ts';
import { RESULTS } from './results.ts';
import { ROUNDS } from './rounds.ts';
import { RPC } from './rpc.ts';
import { SAMPLING } from './sampling.ts';
import { STATELESS } from './stateless.ts';
import { STDIO } from './stdio.ts';
import { SUBSCRIPTIONS } from './subscriptions.ts';
import { TASK_ANSWERS } from './task-answers.ts';
import { TASKS } from './tasks.ts';
import { TOOL_CALLS } from './tool-calls.ts';
import { TOOL_SCHEMAS } from './tool-schemas.ts';
import { TOOLS } from './tools.ts';
import { TRACE } from './trace.ts';

export const PROTOCOL_RULES: readonly ProtocolRule[] = [
  ...RPC,
  ...IDS,
  ...LIFECYCLE,
  ...STATELESS,
  ...CAPABILITIES,
  ...DIRECTION,
  ...STDIO,
  ...HTTP,
  ...CANCELLATION,
  ...PROGRESS,
  ...LOGGING,
  ...TRACE,
  ...SUBSCRIPTIONS,
  ...TOOLS,
  ...TOOL_SCHEMAS,
  ...TOOL_CALLS,
  ...RESOURCES,
  ...PAGES,
  ...RESULTS,
  ...ROUNDS,
  ...ELICITATION,
  ...SAMPLING,
  ...TASKS,
  ...TASK_ANSWERS,
];
