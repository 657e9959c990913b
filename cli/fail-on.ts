/**
 * `--fail-on`: what ends a check with exit code 1. A severity, a tier, or both with a comma between
 * them; each says the least that counts, and what fails has to be as much on both scales.
 */
import { type Finding, SEVERITIES, TIERS } from '../model/finding.ts';
import { UserError } from './error.ts';

/** Whether a finding fails. What was known before, and what somebody suppressed, never does. */
export function failsOn(words: string | undefined): (finding: Finding) => boolean {
  if (words === 'never') return () => false;
  // What could happen and was not seen to is for people to look at.
  const least = { severity: 0, tier: TIERS.indexOf('OBSERVED') };
  const open = new Set(['severity', 'tier']);
  for (const word of words?.split(',') ?? []) {
    const severity = SEVERITY_WORDS.indexOf(word.trim());
    const tier = TIER_WORDS.indexOf(word.trim());
    const scale = severity === -1 ? 'tier' : 'severity';
    const place = Math.max(severity, tier);
    if (place === -1 || !open.delete(scale)) throw unknownLevel(words ?? '');
    least[scale] = place;
  }
  return ({ severity, tier, known, suppressed }) =>
    !known &&
    !suppressed &&
    SEVERITIES.indexOf(severity) >= least.severity &&
    TIERS.indexOf(tier) >= least.tier;
}

const SEVERITY_WORDS: readonly string[] = SEVERITIES;
const TIER_WORDS = TIERS.map((tier) => tier.toLowerCase());

function unknownLevel(words: string): UserError {
  return new UserError(
    'wrong-usage',
    `The option --fail-on cannot be ${words}.`,
    `It is a severity (${SEVERITIES.join(', ')}), a tier (${TIER_WORDS.join(', ')}), both with a comma between them, or never.`,
  );
}
