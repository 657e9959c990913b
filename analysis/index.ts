/**
 * Analysis: from sessions to what went wrong in them.
 *
 * Pure functions of what was recorded. They read no clock, contact nothing, and may be run again on
 * an old recording by a newer version. What they say is worded for people, and names the messages
 * that show it; they never change what was recorded.
 */
import { type Finding, SEVERITIES } from '../model/finding.ts';
import type { FootprintRule } from '../model/footprint-rule.ts';
import type { WholeView } from '../model/session.ts';
import { withAbout } from './about.ts';
import { type Conflicts, searchConflicts } from './conflicts/search.ts';
import { type Operation, operationsOf } from './footprint/operation.ts';
import type { LostUpdates } from './lost-update/found.ts';
import { searchLostUpdates } from './lost-update/search.ts';
import { type Order, orderOf } from './order.ts';
import { type Broken, violationsOf } from './protocol/automaton.ts';
import { PROTOCOL_RULES } from './protocol/rules.ts';
import type { Material } from './rules/rule.ts';
import { RULES } from './rules.ts';

export type { Rule } from './rules/rule.ts';
export { RULES } from './rules.ts';
export type { Blame } from './stuck/blame.ts';
export { blame } from './stuck.ts';

/** The findings of all rules over these sessions together, worst first. */
export function analyse(
  views: readonly WholeView[],
  { footprints = [] }: { readonly footprints?: readonly FootprintRule[] } = {},
): readonly Finding[] {
  let found: readonly LostUpdates[] | undefined;
  let operations: readonly Operation[] | undefined;
  let conflicts: Conflicts | undefined;
  let order: Order | undefined;
  const violations = new Map<WholeView, readonly Broken[]>();
  const material: Material = {
    views,
    footprints,
    operations: () => {
      operations ??= operationsOf(views, footprints);
      return operations;
    },
    lostUpdates: () => {
      found ??= searchLostUpdates(material);
      return found;
    },
    conflicts: () => {
      conflicts ??= searchConflicts(material);
      return conflicts;
    },
    order: () => {
      order ??= orderOf(views);
      return order;
    },
    broken: (view) => {
      const known = violations.get(view) ?? violationsOf(view, PROTOCOL_RULES);
      violations.set(view, known);
      return known;
    },
  };
  const findings = RULES.flatMap((rule) => rule.find(material));
  return withAbout(
    findings.sort((a, b) => rank(b) - rank(a)),
    views,
  );
}

function rank({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}
