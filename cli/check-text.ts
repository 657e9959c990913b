/** Findings as `wiretape check` prints them. */
import { type Finding, proofOf, SEVERITIES } from '../model/finding.ts';
import { groupBy } from '../model/group.ts';
import { exploredText } from '../model/judgement.ts';
import { type Colors, counted, visible } from './terminal.ts';

/** One finding, with what shows it, what would make it wrong and how to make sure. */
export function linesOf(finding: Finding, colors: Colors): string[] {
  const { severity, rule, code, tier, message, wrongWhen, confirm } = finding;
  const proof = proofOf(finding);
  const loud = severity === 'critical' || severity === 'high' ? colors.red : colors.yellow;
  const quiet = quietWord(finding);
  return [
    `${loud(severity)}  ${colors.bold(visible(rule))} (${visible(code)})  ${tier}${quiet}`,
    `  ${visible(message)}`,
    ...evidenceLines(finding, colors),
    `  ${colors.dim(`Wrong if: ${visible(wrongWhen)}`)}`,
    `  ${colors.dim(`To make sure: ${visible(confirm)}`)}`,
    ...(finding.explored ?? []).map((one) => `  ${visible(exploredText(one))}`),
    ...(proof ? [`  ${colors.dim(`${proof.title}:`)} ${visible(proof.command)}`] : []),
  ];
}

function quietWord({ known, suppressed }: Finding): string {
  if (suppressed) {
    const { reason, expires } = suppressed;
    return `  suppressed${expires === undefined ? '' : ` until ${expires}`}: ${visible(reason)}`;
  }
  return known ? '  known' : '';
}

/** How many messages of one role are named; `--json` has all. */
const NAMED = 3;

function evidenceLines({ evidence }: Finding, colors: Colors): string[] {
  const width = Math.max(...evidence.map(({ role }) => role.length));
  return [...groupBy(evidence, ({ role }) => role)].flatMap(([role, all]) => {
    const once = [...new Map(all.map((one) => [one.message, one])).values()];
    const lines = once.slice(0, NAMED).map(({ message, pointer }) => {
      const reference = colors.cyan(visible(message));
      return `  ${visible(role).padEnd(width)}  ${reference}  ${visible(pointer ?? '')}`.trimEnd();
    });
    const more = once.length - lines.length;
    return more === 0 ? lines : [...lines, `  ${''.padEnd(width)}  and ${more} more`];
  });
}

/** `3 findings (1 critical, 2 high)`. */
export function countsOf(findings: readonly Finding[]): string {
  const counts = SEVERITIES.toReversed()
    .map(
      (severity) => [findings.filter((one) => one.severity === severity).length, severity] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}`);
  const inAll = counts.length === 0 ? '' : ` (${counts.join(', ')})`;
  return `${counted(findings.length, 'finding')}${inAll}`;
}

/** How many are folded, and why: `2 potential, 1 known, 1 suppressed`. */
export function foldedCounts(folded: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const finding of folded) {
    const why = foldedWhy(finding) ?? '';
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return WHYS.flatMap((why) => (counts.has(why) ? [`${counts.get(why)} ${why}`] : [])).join(', ');
}

const WHYS = ['potential', 'known', 'suppressed'] as const;

/** Why a finding is not told in full; undefined: it is. */
export function foldedWhy({ suppressed, known, tier }: Finding): (typeof WHYS)[number] | undefined {
  if (suppressed) return 'suppressed';
  if (known) return 'known';
  return tier === 'POTENTIAL' ? 'potential' : undefined;
}
