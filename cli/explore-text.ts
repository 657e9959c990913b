/** An exploration in words, for a terminal. */
import type { Exploration } from '../replay/explore/explore.ts';
import type { Contrast } from '../replay/explore/observe.ts';
import type { ExploreReport, ReportedProof } from '../replay/explore/report.ts';
import { type Colors, counted, shorten, visible } from './terminal.ts';

export interface Told {
  readonly report: ExploreReport;
  readonly exploration: Exploration;
  /** The command that runs a course again. */
  readonly again: (course: string) => string;
  /** It is told with the findings from now on; absent: nothing is. */
  readonly kept: KeptWith | undefined;
}

/** What the servers say they are that were run, and what the recording has of others. */
export interface KeptWith {
  readonly ran: readonly string[];
  readonly recorded: readonly string[];
}

export function linesOfExploration(
  { report, exploration, again, kept }: Told,
  colors: Colors,
): string[] {
  return [
    ...report.proofs.flatMap((proof, at) => [
      ...linesOfProof(proof, { report, colors, seen: exploration.proofs[at] }),
      `  ${colors.dim(`again: ${again(proof.course)}`)}`,
      '',
    ]),
    ...report.suspects.map(({ course, why }) => `SUSPECT  ${course}: ${visible(why)}.`),
    ...report.unstable.map(
      ({ course, parts }) =>
        `UNSTABLE  ${course}: the same order twice differs in ${visible(parts.join(', '))}; nothing is claimed of it.`,
    ),
    ...(report.verdict === 'UNSTABLE' ? masked(report) : []),
    ...failing(report),
    ...report.silent.map((name) => `The probe ${visible(shorten(name, 60))} ${SILENT}`),
    ...(report.probes.length === 0 ? [NO_PROBES] : []),
    ...(kept ? [colors.dim(keptText(kept))] : []),
    `${colors.bold(report.verdict)}  ${coverage(report, exploration)}`,
  ];
}

const KEPT = 'Kept: wiretape check and the page tell it with the finding from now on.';

function keptText({ ran, recorded }: KeptWith): string {
  if (recorded.length === 0) return KEPT;
  return `Kept, and no finding is raised by it: ${visible(ran.join(', '))} was run, and the recording has ${visible(recorded.join(', '))}. ${TIER_STAYS}`;
}

const TIER_STAYS =
  'wiretape check tells it with the finding, whose tier stays as it was; --all shows those that are POTENTIAL.';
const SILENT = 'is answered with an error in the recorded order, and shows nothing of it.';
const NO_PROBES =
  'Nothing reads the state afterwards: only answers are compared. Declare "probes" or "hash".';

interface About {
  readonly report: ExploreReport;
  readonly colors: Colors;
  readonly seen: { readonly seen: number; readonly tried: number } | undefined;
}

function linesOfProof(proof: ReportedProof, { report, colors, seen }: About): string[] {
  const isOverlap = proof.verdict === 'NON_SERIALISABLE';
  const times = seen && isOverlap ? `, seen ${seen.seen} times in ${seen.tried} runs` : '';
  return [
    `${colors.red('PROVEN')}  ${proof.verdict}  ${colors.bold(proof.edges.join(', '))}${times}`,
    ...proof.operations.map((number) => `  ${nameOf(report, number)}`),
    ...proof.contrasts.slice(0, SHOWN).map((contrast) => `  ${wordsOf(contrast, isOverlap)}`),
    ...(proof.reach === 'answers' ? [`  ${ONLY_ANSWERS}`] : []),
  ];
}

const ONLY_ANSWERS =
  'Only what was answered differs, as a count in it would, and nothing that was read afterwards: low.';
/** How many differences are shown; --json has all. */
const SHOWN = 4;

function nameOf({ operations }: ExploreReport, number: number): string {
  const found = operations.find((one) => one.number === number);
  if (!found) return `#${number}`;
  return `#${number}  ${visible(found.tool)} of ${visible(found.session)}  ${found.entry}`;
}

function wordsOf({ name, pointer, one, other }: Contrast, isOverlap: boolean): string {
  const [first, second] = isOverlap ? ['in order', 'together'] : ['as recorded', 'this way'];
  const where = pointer === '' ? '' : ` ${visible(shorten(pointer, 60))}`;
  const [ours, theirs] = valuesShown(one, other);
  return `${visible(name)}${where}: ${first} ${ours}, ${second} ${theirs}`;
}

/** Two values, each short; of long texts the part where they begin to differ. */
function valuesShown(one: unknown, other: unknown): [string, string] {
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) {
    return [counted(one.length, 'item'), counted(other.length, 'item')];
  }
  const [ours, theirs] = [JSON.stringify(one) ?? 'nothing', JSON.stringify(other) ?? 'nothing'];
  let same = 0;
  while (same < ours.length && ours[same] === theirs[same]) same++;
  const from = same < FAR ? 0 : same - BEFORE;
  const cut = (text: string): string =>
    visible(`${from > 0 ? '…' : ''}${shorten(text.slice(from), 60)}`);
  return [cut(ours), cut(theirs)];
}

/** A difference so far into a text is shown without its beginning, with so much before it. */
const FAR = 45;
const BEFORE = 15;

function failing({ failing: numbers }: ExploreReport): string[] {
  if (numbers.length === 0) return [];
  const named = numbers.slice(0, 10).map((number) => `#${number}`);
  return [
    `${counted(numbers.length, 'call')} that succeeded when recorded fail here (${named.join(', ')}): the start is not that of the recording.`,
  ];
}

/** What was taken for noise, for whom it may be what a reset left. */
function masked({ masks }: ExploreReport): string[] {
  if (masks.length === 0) return [];
  return [`Masked, since it differs by itself: ${visible(masks.join(', '))}. ${NO_RESET}`];
}

const NO_RESET = 'Where a run sees what the last one left, the reset resets nothing.';

function coverage(
  { schedules, groups, ended }: ExploreReport,
  { runs, alike }: Exploration,
): string {
  const { explored, total, isLeast } = schedules;
  const orders = `${explored} of ${isLeast ? '≥ ' : ''}${total} orders`;
  const tried = `${groups.explored} of ${counted(groups.total, 'group')} together`;
  const part = groups.sampled === 0 ? '' : ` (${groups.sampled} with a sample of their orders)`;
  const more = alike === 0 ? '' : `, ${alike} like what is proved`;
  const why = {
    complete: '',
    first: '; ended with the first proof',
    budget: '; the budget is spent',
    interrupted: '; it was ended early',
  };
  return `${orders}, ${tried}${part}${more}, in ${counted(runs, 'run')}${why[ended]}`;
}
