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
import { materialOf } from './material.ts';
import type { Material } from './rules/rule.ts';
import { RULES } from './rules.ts';

export type { Rule } from './rules/rule.ts';
export { RULES } from './rules.ts';
export type { Blame } from './stuck/blame.ts';
export { blame } from './stuck.ts';

/**
 * The findings of all rules over these sessions together, worst first. `material`: what was made of
 * the same sessions before.
 */
export function analyse(
  views: readonly WholeView[],
  { footprints = [], material = materialOf(views, footprints) }: Given = {},
): Finding[] {
  const findings = RULES.flatMap((rule) => rule.find(material));
  return withAbout(
    findings.sort((a, b) => rank(b) - rank(a)),
    views,
  );
}

interface Given {
  readonly footprints?: readonly FootprintRule[];
  readonly material?: Material;
}

function rank({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}
