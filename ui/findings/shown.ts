/** Findings as the page shows them: what they are called, which sign they bear, which are shown. */
import { type Family, type Finding, familyOf } from '../../model/finding.ts';

/** A finding within a run: by what it is and the first message that shows it. */
export function keyOf({ code, evidence }: Finding): string {
  return `${code}@${evidence[0].message}`;
}

/** A conflict that the recorded values show: it has a bracket, and is counted. */
export function isConflict(finding: Finding): boolean {
  return familyOf(finding) === 'conflict' && !isFolded(finding);
}

/** What could happen and was not seen to, and what somebody has set aside: shown on demand. */
export function isFolded({ tier, suppressed }: Finding): boolean {
  return tier === 'POTENTIAL' || suppressed !== undefined;
}

export type Look = 'conflict' | 'error' | 'note';

/** How loud it is. */
export function lookOf(finding: Finding): Look {
  if (isConflict(finding)) return 'conflict';
  return isQuiet(finding) ? 'note' : 'error';
}

function isQuiet(finding: Finding): boolean {
  const { severity } = finding;
  return isFolded(finding) || severity === 'info' || severity === 'low';
}

/** `in-server-lost-update` as `In-server lost update`. */
export function titleOf({ rule }: Finding): string {
  const words = rule.replaceAll('-', ' ').replace(/^(in|cross) (server|process)\b/, '$1-$2');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export type Choice = Family | 'all';

export interface Chosen {
  readonly choice: Choice;
  /** Whether what could happen, and was not seen, and what was set aside is shown too. */
  readonly possible: boolean;
}

/** What is shown, in the order of the findings. */
export function chosen(findings: readonly Finding[], { choice, possible }: Chosen): Finding[] {
  return findings.filter(
    (finding) =>
      (possible || !isFolded(finding)) && (choice === 'all' || familyOf(finding) === choice),
  );
}
