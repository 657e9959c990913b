/** What an exploration came to for each finding that it was about, as it is kept. */
import { withAbout } from '../../analysis/about.ts';
import { type Finding, isTurnable, sessionsOf, type Tried } from '../../model/finding.ts';
import type { Judgement } from '../../model/judgement.ts';
import { operationsIn } from './operations.ts';
import type { Explored, Picked } from './recording.ts';
import { type ExploreReport, type ReportedProof, sentence } from './report.ts';

export interface Judging {
  readonly report: ExploreReport;
  readonly known: readonly Finding[];
  readonly pick: Picked | undefined;
  /** When it ended, ISO 8601. */
  readonly at: string;
  /** The test that was written of it. */
  readonly test?: string | undefined;
}

type Outline = Pick<Judgement, 'verdict' | 'proves' | 'shown' | 'test'>;

/** What it proved; and of findings that were explored and not proved, what came of that. */
export function judgementsOf(explored: Explored, judging: Judging): readonly Judgement[] {
  const { exploration, chosen } = explored;
  const { report, known, at, test } = judging;
  const tried = triedIn(explored);
  const settled = (finding: Finding, outline: Outline): Judgement => {
    const isKnown = known.some(({ fingerprint }) => fingerprint === finding.fingerprint);
    return {
      ...outline,
      finding: finding.fingerprint,
      at,
      versions: exploration.versions,
      seed: report.seed,
      tried,
      sessions: [...new Set(chosen.operations.map(({ operation }) => operation.call.session))],
      ...(isKnown ? {} : { found: ownOf(finding, explored) }),
    };
  };
  const proved = new Map(report.proofs.map((proof) => [proof.finding, proof]));
  const proofs = report.findings.flatMap((finding) => {
    const proof = proved.get(finding.fingerprint);
    return proof
      ? [
          settled(finding, {
            ...outlineOf(proof, explored, true),
            ...(test === undefined ? {} : { test }),
          }),
        ]
      : [];
  });
  const others = aboutIn(explored, judging).filter(({ fingerprint }) => !proved.has(fingerprint));
  return [
    ...proofs,
    ...others.flatMap((finding) => {
      const outline = unproved(explored, judging);
      return outline ? [settled(finding, outline)] : [];
    }),
  ];
}

function outlineOf(proof: ReportedProof, { all }: Explored, proves: boolean): Outline {
  const about = proof.about.flatMap((number) => all[number - 1] ?? []);
  const message = sentence(proof, about);
  const { verdict, operations, course } = proof;
  return { verdict, proves, shown: { calls: operations.length, schedule: course, message } };
}

/** Of a finding whose calls were run and that was not proved: no difference, or another one. */
function unproved(explored: Explored, { report, pick }: Judging): Outline | undefined {
  if (report.verdict === 'COMMUTES') return { verdict: 'COMMUTES', proves: false };
  const [proof] = report.proofs;
  return proof && pick && 'finding' in pick ? outlineOf(proof, explored, false) : undefined;
}

/** The findings whose calls were all run; one schedule alone says nothing of them. */
function aboutIn({ chosen, all }: Explored, { known, pick }: Judging): readonly Finding[] {
  if (pick && 'course' in pick) return [];
  if (pick && 'finding' in pick) return [pick.finding];
  const run = new Set(chosen.operations);
  return known.filter((finding) => {
    if (finding.resource === undefined || !isTurnable(finding)) return false;
    const own = operationsIn(finding, all).filter(
      ({ operation }) => operation.kind !== 'R' && operation.kind !== 'L',
    );
    return own.length > 1 && own.every((one) => run.has(one));
  });
}

/** Without a proof it is something that could happen. */
function ownOf(finding: Finding, { all }: Explored): Finding {
  const sessions = new Set(sessionsOf(finding));
  const views = new Set(all.map(({ operation }) => operation.view));
  const [own = finding] = withAbout(
    [finding],
    [...views].filter(({ session }) => sessions.has(session.id)),
  );
  return { ...own, tier: 'POTENTIAL' };
}

function triedIn({ exploration, chosen }: Explored): Tried {
  const { schedules, groups, ended, failing } = exploration;
  return {
    orders: schedules.explored,
    ofOrders: schedules.total,
    isLeast: schedules.isLeast,
    groups: groups.explored,
    ofGroups: groups.total,
    sampled: groups.sampled,
    isWhole: ended === 'complete' && failing.length === 0 && chosen.probes.length > 0,
  };
}
