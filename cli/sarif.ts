/**
 * SARIF 2.1.0, as code scanning reads it: the rules, and what they found, each at its line of the
 * recording where it came from one. No times and no paths of this machine: the same findings are the
 * same text.
 */
import { writeFile } from 'node:fs/promises';
import type { Rule } from '../analysis/index.ts';
import { parseReference } from '../model/entry.ts';
import {
  type Evidence,
  type Explored,
  type Finding,
  proofOf,
  type Severity,
} from '../model/finding.ts';
import { systemReason, UserError } from './error.ts';
import { visibleLines } from './terminal.ts';

/** Where a message stands in a recording. */
export interface Line {
  /** Relative to the current folder where it is below it, as a URI. */
  readonly uri: string;
  /** Absent: the file is compressed, and has no lines that anybody could open. */
  readonly line?: number;
}

export interface Results {
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly findings: readonly Finding[];
  /** The lines of messages, by their references without the place in a batch. */
  readonly lines: ReadonlyMap<string, Line>;
  /** A baseline was given, so that what is not known is new. */
  readonly isCompared: boolean;
}

export async function writeSarif(file: string, results: Results): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(sarif(results), undefined, 2)}\n`);
  } catch (error) {
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another file with --sarif.');
  }
}

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

export function sarif(results: Results): object {
  const { version, findings } = results;
  const found = new Set(findings.map(({ rule }) => rule));
  const rules = results.rules.filter(({ rule }) => found.has(rule));
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'wiretape', version, rules: rules.map(ruleOf) } },
        automationDetails: { id: 'wiretape/check/' },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, rules, results)),
      },
    ],
  };
}

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

function ruleOf({ rule, code, severity, definition, wrongWhen, confirm, source }: Rule): object {
  const help = [
    ['What it is', definition],
    ['Wrong if', wrongWhen],
    ['To make sure', confirm],
    ['Source', source],
  ] as const;
  return {
    id: rule,
    name: code,
    shortDescription: { text: title(rule) },
    fullDescription: { text: definition },
    help: {
      text: help.map(([name, text]) => `${name}: ${text}`).join('\n'),
      markdown: help.map(([name, text]) => `**${name}**: ${text}`).join('\n\n'),
    },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function title(rule: string): string {
  const words = rule.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function resultOf(
  finding: Finding,
  rules: readonly Rule[],
  { lines, isCompared }: Results,
): object {
  const { rule, severity, tier, message, evidence, fingerprint, suppressed, known } = finding;
  const [first, ...others] = evidence;
  const proof = proofOf(finding);
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex((one) => one.rule === rule),
    // What could happen and was not seen to is no error of anybody.
    level: tier === 'POTENTIAL' ? 'note' : LEVELS[severity],
    message: { text: visibleLines(message) },
    locations: [locationOf(first, lines, finding)],
    ...(others.length === 0 ? {} : { relatedLocations: relatedOf(others, lines) }),
    partialFingerprints: { 'wiretape/v1': fingerprint },
    ...(suppressed
      ? { suppressions: [{ kind: 'external', justification: visibleLines(suppressed.reason) }] }
      : {}),
    ...(isCompared ? { baselineState: known ? 'unchanged' : 'new' } : {}),
    properties: {
      tier,
      severity,
      confidence: finding.confidence,
      wrongWhen: finding.wrongWhen,
      confirm: finding.confirm,
      ...(finding.explored ? { explored: finding.explored.map(exploredOf) } : {}),
      ...(proof ? { prove: proof.command } : {}),
    },
  };
}

/** Without its time and the path of its test. */
function exploredOf({
  verdict,
  proves,
  shown,
  seed,
  versions,
  otherVersions,
  tried,
}: Explored): object {
  return { verdict, proves, ...(shown ? { shown } : {}), seed, versions, otherVersions, tried };
}

/** More places of one finding help nobody. */
const RELATED = 20;

function relatedOf(others: readonly Evidence[], lines: Results['lines']): object[] {
  return others.slice(0, RELATED).map((one, at) => ({
    id: at + 1,
    message: { text: visibleLines(one.role) },
    ...locationOf(one, lines),
  }));
}

function locationOf(
  { message, pointer = '' }: Evidence,
  lines: Results['lines'],
  { about }: Pick<Finding, 'about'> = {},
): object {
  const { session = '', seq = -1 } = parseReference(message) ?? {};
  const found = lines.get(`${session}:${seq}`);
  const name = about?.tools[0] ?? about?.servers[0] ?? message;
  const logical = { name: visibleLines(name), fullyQualifiedName: `${message}${pointer}` };
  return {
    ...(found ? { physicalLocation: physicalOf(found) } : {}),
    logicalLocations: [logical],
  };
}

function physicalOf({ uri, line }: Line): object {
  return {
    artifactLocation: { uri },
    ...(line === undefined ? {} : { region: { startLine: line } }),
  };
}
