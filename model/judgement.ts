/**
 * What explorations came to, as it is kept, and what that makes of findings. A judgement is about a
 * fault, so it counts wherever the same fingerprint is found; a proof counts only where the servers
 * said they are what was run.
 */
import { fingerprint } from './canonical.ts';
import { concerns, type Explored, type Finding } from './finding.ts';
import { isObject, parseJson } from './json.ts';

export interface Judgement extends Omit<Explored, 'otherVersions'> {
  /** The fingerprint of the finding. */
  readonly finding: string;
  /** The sessions whose calls were run; with one of these it goes. */
  readonly sessions: readonly string[];
  /** The finding itself, where no rule of analysis finds it; of the tier that it has without a proof. */
  readonly found?: Finding;
}

export function parseJudgement(text: string): Judgement | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { finding, at, sessions, versions, tried } = parsed.value;
  const isSound =
    typeof finding === 'string' &&
    typeof at === 'string' &&
    Array.isArray(sessions) &&
    Array.isArray(versions) &&
    isObject(tried);
  return isSound ? (parsed.value as unknown as Judgement) : undefined;
}

/** Equal for judgements of which the later one takes the place of the earlier. */
export function matterOf({ finding, verdict, proves, tried, versions }: Judgement): string {
  return fingerprint([finding, verdict, proves, tried.isWhole, versions]);
}

/** The findings with what was explored of them, and those that only exploring found in these sessions. */
export function judged(
  findings: readonly Finding[],
  judgements: readonly Judgement[],
  sessions: ReadonlySet<string>,
): readonly Finding[] {
  if (judgements.length === 0) return findings;
  const known = new Set(findings.map(({ fingerprint }) => fingerprint));
  const own = new Map<string, Finding>();
  for (const { found } of judgements) {
    if (found && !known.has(found.fingerprint) && concerns(found, sessions))
      own.set(found.fingerprint, found);
  }
  return [...findings, ...own.values()].map((finding) => withJudgements(finding, judgements));
}

function withJudgements(finding: Finding, judgements: readonly Judgement[]): Finding {
  const explored = judgements
    .filter((one) => one.finding === finding.fingerprint)
    .map((one) => exploredOf(one, finding))
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  if (explored.length === 0) return finding;
  // Of servers of these versions, what was shown last counts; what is less than all shows nothing.
  const [last] = explored.filter(
    (one) =>
      !one.otherVersions && (one.proves || (one.verdict === 'COMMUTES' && one.tried.isWhole)),
  );
  if (!last?.proves) return { ...finding, explored };
  return { ...finding, tier: 'PROVEN', confidence: 1, explored };
}

function exploredOf(judgement: Judgement, { about }: Finding): Explored {
  const { finding: _, sessions: __, found: ___, ...explored } = judgement;
  const otherVersions = (about?.versions ?? []).filter((one) => !explored.versions.includes(one));
  return { ...explored, ...(otherVersions.length === 0 ? {} : { otherVersions }) };
}

/** What was explored, in sentences for people. */
export function exploredText(explored: Explored): string {
  const { proves, at, versions, otherVersions, test } = explored;
  const what = proves ? 'Proved' : 'Explored';
  return [
    `${what} on ${dayOf(at)}${costOf(explored)}: ${outcomeText(explored)}`,
    `It ran ${versions.join(', ')}.`,
    ...(otherVersions ? [`The recording has ${otherVersions.join(', ')}: ${UNLIKE}`] : []),
    ...(test === undefined ? [] : [`Test: ${test}`]),
  ].join(' ');
}

const UNLIKE = 'of that nothing was shown.';

function costOf({ shown, seed }: Explored): string {
  if (!shown) return '';
  const { calls, schedule } = shown;
  return ` with ${calls} ${calls === 1 ? 'call' : 'calls'} (schedule ${schedule}, seed ${seed})`;
}

/** What it came to, in sentences: what was shown, or how much showed nothing. */
export function outcomeText({
  shown,
  proves,
  tried,
}: Pick<Explored, 'shown' | 'proves' | 'tried'>): string {
  if (shown) return proves ? shown.message : `${shown.message} ${NOT_THIS}`;
  const { orders, ofOrders, isLeast, groups, ofGroups, sampled, isWhole } = tried;
  const all = `${orders} of ${isLeast ? '≥ ' : ''}${ofOrders} orders and ${groups} of ${ofGroups} groups together${sampled === 0 ? '' : ` (${sampled} with a sample of their orders)`}`;
  return `no difference in ${all}. ${isWhole ? NO_PROOF : NOT_WHOLE}`;
}

const NOT_THIS = 'That is no proof of this finding.';
const NO_PROOF = 'That is no proof that there is none elsewhere.';
const NOT_WHOLE = 'Not all was tried, and that shows nothing of the rest.';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `26 Nov 2026`, in UTC. */
function dayOf(at: string): string {
  const [year, month, day] = at.slice(0, 10).split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
}
