/**
 * What is told of an exploration: the same for the same seed and the same outcomes. How many runs it
 * took is for the terminal, since that is up to chance.
 */
import { nonSerialisable, orderDependent } from '../../analysis/rules/explored.ts';
import { stamp } from '../../analysis/rules/rule.ts';
import { fingerprint } from '../../model/canonical.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import { refOf } from '../report.ts';
import type { Exploration } from './explore.ts';
import { type Numbered, operationsIn } from './operations.ts';
import type { Proof, Verdict } from './proof.ts';
import type { Explored } from './recording.ts';

export interface ExploreReport extends Pick<Exploration, 'schedules' | 'groups' | 'illegal'> {
  readonly verdict: Verdict;
  readonly seed: number;
  readonly ended: Exploration['ended'];
  readonly operations: readonly ReportedOperation[];
  readonly proofs: readonly ReportedProof[];
  readonly suspects: Exploration['suspects'];
  readonly unstable: Exploration['unstable'];
  /** Calls that succeeded when they were recorded and fail here, in the recorded order. */
  readonly failing: readonly number[];
  /** Probes that are answered with errors in the recorded order. */
  readonly silent: readonly string[];
  readonly masks: readonly string[];
  readonly probes: readonly string[];
  readonly findings: readonly Finding[];
}

export interface ReportedOperation {
  readonly number: number;
  readonly session: string;
  readonly tool: string;
  readonly entry: string;
}

export interface ReportedProof extends Omit<Proof, 'seen' | 'tried'> {
  readonly finding: string;
}

/** `known`: findings of analysis, which a proof of the same operations raises to PROVEN. */
export function exploreReport(
  { exploration, chosen, all }: Explored,
  { seed, known }: { readonly seed: number; readonly known: readonly Finding[] },
): ExploreReport {
  const proved = exploration.proofs.map((proof) => ({
    proof,
    finding: findingOf(proof, all, known),
  }));
  const findings = new Map(proved.map(({ finding }) => [finding.fingerprint, finding]));
  return {
    verdict: exploration.verdict,
    seed,
    ended: exploration.ended,
    schedules: exploration.schedules,
    groups: exploration.groups,
    illegal: exploration.illegal,
    operations: chosen.operations.map(({ number, source, operation }) => ({
      number,
      session: source.session.name,
      tool: operation.tool,
      entry: refOf(operation.call),
    })),
    proofs: proved.map(({ proof: { seen: _, tried: __, ...proof }, finding }) => ({
      ...proof,
      finding: finding.fingerprint,
    })),
    suspects: exploration.suspects,
    unstable: exploration.unstable,
    failing: exploration.failing,
    silent: exploration.silent,
    masks: exploration.masks,
    probes: chosen.probes.map(({ name }) => name),
    findings: [...findings.values()],
  };
}

/** The finding that it proves, else one of its own. */
function findingOf(proof: Proof, all: readonly Numbered[], known: readonly Finding[]): Finding {
  const about = proof.about.flatMap((number) => all[number - 1] ?? []);
  const raised = known.find((finding) => isProved(finding, proof, { about, all }));
  if (raised)
    return {
      ...raised,
      tier: 'PROVEN',
      confidence: 1,
      message: `${raised.message} ${sentence(proof, about)}`,
    };
  return ownFinding(proof, about);
}

interface Among {
  readonly about: readonly Numbered[];
  readonly all: readonly Numbered[];
}

/** A loss by overlap proves findings of lost and concurrent writes; all of it is in their evidence. */
function isProved(finding: Finding, { verdict, reach }: Proof, { about, all }: Among): boolean {
  if (verdict !== 'NON_SERIALISABLE' || reach === 'answers' || !/^C0[13]$/.test(finding.code))
    return false;
  const own = new Set(operationsIn(finding, all));
  return about.every((one) => own.has(one));
}

function ownFinding(proof: Proof, about: readonly Numbered[]): Finding {
  const isOverlap = proof.verdict === 'NON_SERIALISABLE';
  const rule = isOverlap ? nonSerialisable : orderDependent;
  const tools = [...new Set(about.map(({ operation }) => operation.tool))].sort();
  const [first] = about;
  const evidence = about.map(
    ({ number, operation }): Evidence => ({
      message: refOf(operation.call),
      role: `call #${number}`,
    }),
  );
  const server = first?.operation.container.server ?? '';
  const { reach } = proof;
  return {
    ...stamp(rule),
    tier: 'PROVEN',
    severity: reach === 'answers' ? 'low' : rule.severity,
    confidence: 1,
    message: sentence(proof, about),
    evidence: evidence as [Evidence, ...Evidence[]],
    fingerprint: fingerprint([rule.rule, server, tools, reach]),
    resource: first?.operation.container.label ?? '',
  };
}

/** One sentence for people. */
export function sentence(
  proof: Pick<Proof, 'verdict' | 'edges' | 'reach'>,
  about: readonly Numbered[],
): string {
  const tools = [...new Set(about.map(({ operation }) => operation.tool))].join(' and ');
  const edges = proof.edges.join(', ');
  if (proof.verdict === 'NON_SERIALISABLE') {
    return proof.reach === 'state'
      ? `Issued together (${edges}), ${tools} came to something that no order of them comes to.`
      : `Issued together (${edges}), ${tools} answered what no order of them answers; what was read afterwards is that of an order.`;
  }
  const what = proof.reach === 'state' ? 'What is kept' : 'What they answer';
  return `${what} depends on the order of ${tools} (${edges}).`;
}
