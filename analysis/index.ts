/**
 * Analysis: from sessions to what went wrong in them.
 *
 * Pure functions of what was recorded. They read no clock, contact nothing, and may be run again on
 * an old recording by a newer version. What they say is worded for people, and names the messages
 * that show it; they never change what was recorded.
 */
import type { Finding } from '../model/finding.ts';
import type { SessionView } from '../model/session.ts';
import type { LostUpdates } from './lost-update/found.ts';
import { searchLostUpdates } from './lost-update/search.ts';
import { RULES } from './rules.ts';

export type { Rule } from './rules/rule.ts';
export { RULES } from './rules.ts';
export type { Blame } from './stuck/blame.ts';
export { blame } from './stuck.ts';

/** The findings of all rules over these sessions together, worst first. */
export function analyse(views: readonly SessionView[]): Finding[] {
  let found: readonly LostUpdates[] | undefined;
  const material = {
    views,
    lostUpdates: () => {
      found ??= searchLostUpdates(views);
      return found;
    },
  };
  return RULES.flatMap((rule) => rule.find(material)).sort((a, b) => rank(a) - rank(b));
}

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

function rank({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}
