/** All protocol rules, family by family, in the order the manual lists them. */
import type { ProtocolRule } from './protocol-rule.ts';

export const PROTOCOL_RULES: readonly ProtocolRule[] = [];
