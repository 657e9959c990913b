/** All protocol rules, family by family, in the order the manual lists them. */
import { CANCELLATION } from './cancellation.ts';
import { CAPABILITIES } from './capabilities.ts';
import { DIRECTION } from './direction.ts';
import { HTTP } from './http.ts';
import { IDS } from './ids.ts';
import { LIFECYCLE } from './lifecycle.ts';
import { LOGGING } from './logging.ts';
import { PROGRESS } from './progress.ts';
import type { ProtocolRule } from './protocol-rule.ts';
import { RPC } from './rpc.ts';
import { STATELESS } from './stateless.ts';
import { STDIO } from './stdio.ts';
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
];
