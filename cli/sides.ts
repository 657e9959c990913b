/** What `diff` compares, from the words of its command line: files, sessions, or runs. */
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import type { SessionSummary } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import type { Run } from '../model/workflow.ts';
import type { Side } from '../replay/index.ts';
import { readRecordingFile } from './recording-file.ts';
import { coversAll, spanOf } from './run-span.ts';
import { chooseSessions, isFile, reportProblems, runNamed } from './sessions.ts';
import type { Source } from './source.ts';
import { remark } from './terminal.ts';

export interface NamedSide {
  /** The word it was given by. */
  readonly name: string;
  readonly side: Side;
}

/** The sessions of a file, a run (and only its part of them), or one session. */
export async function sideNamed(source: Source, name: string): Promise<NamedSide> {
  const side = (await isFile(name)) ? await sideOfFile(name) : await sideOfStore(source, name);
  const lost = side.reduce((sum, { view }) => sum + view.session.lostCount, 0);
  if (lost > 0) remark(`${name} lost ${lost} entries; what stood in them is not compared.`);
  return { name, side };
}

async function sideOfFile(file: string): Promise<Side> {
  const { entries, problems } = await readRecordingFile(file);
  reportProblems(problems.map((problem) => ({ ...problem, file })));
  return viewsOf(entries).map((view) => ({ view }));
}

async function sideOfStore(source: Source, word: string): Promise<Side> {
  const all = await source.summaries();
  const chosen = chooseSessions(all, word);
  const entries = await source.entries(chosen.map(({ id }) => id));
  return partsOf(entries, chosen, runNamed(all, word));
}

/** Of a run, what its sessions said in its time. */
function partsOf(
  entries: readonly Entry[],
  sessions: readonly SessionSummary[],
  run: Run | undefined,
): Side {
  const views = viewsOf(entries);
  if (!run || coversAll(run, sessions)) return views.map((view) => ({ view }));
  const own = groupBy(entries, ({ session }) => session);
  return views.map((view) => ({ view, ...spanOf(run, own.get(view.session.id) ?? []) }));
}
