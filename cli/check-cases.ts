/** Findings as cases of JUnit: what fails, what passes, and what was set aside with its reason. */
import { type Finding, proofOf } from '../model/finding.ts';
import { exploredText } from '../model/judgement.ts';
import { foldedWhy } from './check-text.ts';
import type { JUnitCase } from './junit.ts';

/** A case that passes where nothing was found: CI takes an empty suite for a mistake. */
export function casesOf(
  findings: readonly Finding[],
  fails: (finding: Finding) => boolean,
): readonly JUnitCase[] {
  if (findings.length === 0) return [{ name: 'nothing found', failure: undefined }];
  return findings.map((finding) => {
    const { rule, fingerprint, tier, severity } = finding;
    const name = `${rule} ${fingerprint}`;
    if (fails(finding)) return { name, failure: textOf(finding), type: `${tier} ${severity}` };
    const skipped = skippedWhy(finding);
    return { name, failure: undefined, ...(skipped === undefined ? {} : { skipped }) };
  });
}

function textOf(finding: Finding): string {
  const { message, evidence, wrongWhen, confirm, explored } = finding;
  const shown = evidence.map((one) => `${one.role} ${one.message} ${one.pointer ?? ''}`.trimEnd());
  const proof = proofOf(finding);
  return [
    message,
    ...shown,
    `Wrong if: ${wrongWhen}`,
    `To make sure: ${confirm}`,
    ...(explored ?? []).map(exploredText),
    ...(proof ? [`${proof.title}: ${proof.command}`] : []),
  ].join('\n');
}

function skippedWhy(finding: Finding): string | undefined {
  const why = foldedWhy(finding);
  if (why === 'suppressed') return `suppressed: ${finding.suppressed?.reason ?? ''}`;
  if (why === 'known') return 'known: it is in the baseline';
  return why && `potential, ${finding.severity}: ${finding.message}`;
}
