/** All protocol rules, family by family, in the order the manual lists them. */
import { ELICITATION } from './elicitation.ts';
import { PAGES } from './pages.ts';
import type { ProtocolRule } from './protocol-rule.ts';
import { RESOURCES } from './resources.ts';
import { RESULTS } from './results.ts';
import { ROUNDS } from './rounds.ts';
import { SAMPLING } from './sampling.ts';
import { SUBSCRIPTIONS } from './subscriptions.ts';
import { TASK_ANSWERS } from './task-answers.ts';
import { TASKS } from './tasks.ts';
import { TOOL_CALLS } from './tool-calls.ts';
import { TOOL_SCHEMAS } from './tool-schemas.ts';
import { TOOLS } from './tools.ts';

export const PROTOCOL_RULES: readonly ProtocolRule[] = [
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
