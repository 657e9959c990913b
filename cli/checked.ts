/** What `wiretape check` looks at: recordings, sessions or a run, and what analysis says of them. */
import { concerns, type Finding, type Origin, sessionsOf } from '../model/finding.ts';
import type { FootprintRule } from '../model/footprint-rule.ts';
import { judged } from '../model/judgement.ts';
import type { WholeView } from '../model/session.ts';
import { type SessionSummary, timesMeet } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import type { Run } from '../model/workflow.ts';
import { footprintsHere } from './config.ts';
import { UserError } from './error.ts';
import { judgementsHere } from './judgements.ts';
import { coversAll, findingsOf } from './run-span.ts';
import {
  chooseSessions,
  gatherViews,
  isFile,
  newestRun,
  reportProblems,
  runNamed,
  withSource,
} from './sessions.ts';
import type { Source } from './source.ts';

type Footprints = readonly FootprintRule[];

interface Here {
  readonly footprints: Footprints;
  readonly state: string;
}

/** What was looked at, and what was found in it. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly sessionCount: number;
  /** The recordings among it. */
  readonly files: readonly string[];
}

/** `named`: the state folder, where an option names it. */
export async function checked(
  words: readonly string[],
  state: string,
  named: string | undefined,
): Promise<Checked> {
  const found = await checkedIn(words, state);
  const inState = named === undefined ? {} : { state: named };
  const originOf = (finding: Finding): Origin => {
    const recordings = sessionsOf(finding).flatMap((id) => [...(found.places.get(id) ?? [id])]);
    return {
      ...(found.places.size > 0 ? { recordings: [...new Set(recordings)] } : {}),
      ...inState,
    };
  };
  const isUsual = found.places.size === 0 && named === undefined;
  if (isUsual) return found;
  return { ...found, findings: found.findings.map((one) => ({ ...one, origin: originOf(one) })) };
}

interface Placed extends Checked {
  /** The files that each session is in. */
  readonly places: ReadonlyMap<string, ReadonlySet<string>>;
}

async function checkedIn(words: readonly string[], state: string): Promise<Placed> {
  const areFiles = await Promise.all(words.map(isFile));
  const files = words.filter((_, at) => areFiles[at]);
  const footprints = await footprintsHere(state);
  if (files.length === 0) {
    const found = await withSource(state, (source) =>
      checkSessions(source, words, { footprints, state }),
    );
    return { ...found, files, places: new Map() };
  }
  const { views, problems, files: places } = await gatherViews(words, state);
  reportProblems(problems);
  const found = await findingsIn(views, footprints);
  const sessions = new Set(views.map(({ session }) => session.id));
  const findings = judged(found, await judgementsHere(state), sessions);
  return { findings, sessionCount: views.length, files, places };
}

async function checkSessions(
  source: Source,
  words: readonly string[],
  here: Here,
): Promise<Omit<Checked, 'files'>> {
  const all = await source.summaries();
  const runs =
    words.length === 0 ? [newest(all)] : words.flatMap((word) => runNamed(all, word) ?? []);
  const named = words.flatMap((word) => (runNamed(all, word) ? [] : chooseSessions(all, word)));
  const chosen = all.filter(({ id }) => runs.some(({ sessions }) => sessions.includes(id)));
  const own = [...new Set([...named, ...chosen])];
  const findings = await findingsAbout(source, all, own, here);
  const sessionCount = own.length;
  const [run] = runs;
  // Only a run alone can be told from the rest of its sessions.
  if (!run || own.length > chosen.length || runs.length > 1) return { findings, sessionCount };
  if (coversAll(run, chosen)) return { findings, sessionCount };
  const entries = await source.entries(run.sessions);
  return { findings: findingsOf(run, findings, entries), sessionCount };
}

/** Conflicts are sought over all sessions of the machine whose times meet those that were named. */
async function findingsAbout(
  source: Source,
  all: readonly SessionSummary[],
  own: readonly SessionSummary[],
  { footprints, state }: Here,
): Promise<readonly Finding[]> {
  const ids = own.map(({ id }) => id);
  // The collector runs elsewhere, and knows no rules of this folder.
  if (source.api && footprints.length === 0) return source.api.findings(ids);
  const beside = all.filter((other) => own.some((one) => timesMeet(one, other)));
  const entries = await source.entries(beside.map(({ id }) => id));
  const findings = await findingsIn(viewsOf(entries), footprints);
  const wanted = new Set(ids);
  const found = findings.filter((finding) => concerns(finding, wanted));
  return judged(found, await judgementsHere(state), wanted);
}

async function findingsIn(
  views: readonly WholeView[],
  footprints: Footprints,
): Promise<readonly Finding[]> {
  const { analyse } = await import('../analysis/index.ts');
  return analyse(views, { footprints });
}

function newest(all: readonly SessionSummary[]): Run {
  const run = newestRun(all);
  if (run) return run;
  const hint = 'wiretape demo records some; or name a recording.';
  throw new UserError('unknown-session', 'No session is recorded yet.', hint);
}
