/** What `diff` compares, from the words of its command line: files, sessions, or runs. */
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import type { SessionSummary } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import type { Run } from '../model/workflow.ts';
import type { Side } from '../replay/index.ts';
import { readRecordingFile } from './recording-file.ts';
import { spanOf } from './run-span.ts';
import { chooseSessions, isFile, reportProblems, runNamed } from './sessions.ts';
import type { Source } from './source.ts';
import { counted, remark } from './terminal.ts';

export interface NamedSide {
  /** The word it was given by. */
  readonly name: string;
  readonly side: Side;
}

/** For each word the sessions of a file, a run (and only its part of them), or one session. */
export async function sidesNamed(
  source: Source,
  words: readonly string[],
): Promise<readonly NamedSide[]> {
  const sides: NamedSide[] = [];
  let all: readonly SessionSummary[] | undefined;
  for (const word of words) {
    if (await isFile(word)) sides.push({ name: word, side: await sideOfFile(word) });
    else {
      all ??= await source.summaries();
      sides.push({ name: word, side: await sideOfStore(source, all, word) });
    }
  }
  for (const { name, side } of sides) {
    const lost = side.reduce((sum, { view }) => sum + view.session.lostCount, 0);
    if (lost > 0)
      remark(`${name} lost ${counted(lost, 'entry', 'entries')}, which no comparison sees.`);
  }
  return sides;
}

async function sideOfFile(file: string): Promise<Side> {
  const { entries, problems } = await readRecordingFile(file);
  reportProblems(problems.map((problem) => ({ ...problem, file })));
  return viewsOf(entries).map((view) => ({ view }));
}

async function sideOfStore(
  source: Source,
  all: readonly SessionSummary[],
  word: string,
): Promise<Side> {
  const chosen = chooseSessions(all, word);
  const entries = await source.entries(chosen.map(({ id }) => id));
  return partsOf(entries, runNamed(all, word));
}

/** Of a run, what its sessions said in its trace or in its time. */
function partsOf(entries: readonly Entry[], run: Run | undefined): Side {
  const views = viewsOf(entries);
  if (!run) return views.map((view) => ({ view }));
  const own = groupBy(entries, ({ session }) => session);
  const trace = run.trace === undefined ? {} : { trace: run.trace };
  return views.map((view) => ({
    view,
    ...spanOf(run, own.get(view.session.id) ?? []),
    ...trace,
  }));
}
