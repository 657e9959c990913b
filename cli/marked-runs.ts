/** The runs of one workflow that were marked good and bad. */
import { workflows } from '../model/workflow.ts';
import { UserError } from './error.ts';
import type { Source } from './source.ts';
import { remark } from './terminal.ts';

/** Runs, or whatever else holds them, by the words that name them. */
export interface Sets {
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly workflow?: string;
}

/**
 * The marked runs of the newest workflow that has some of both. Each start of a script is a workflow
 * of its own where nobody named it, so workflows of one name are one here.
 */
export async function markedRuns(source: Source): Promise<Sets> {
  const marks = new Map((await source.marks()).map(({ run, mark }) => [run, mark]));
  const byName = new Map<string, { good: string[]; bad: string[] }>();
  for (const { name, runs } of workflows(await source.summaries())) {
    const sets = byName.get(name) ?? { good: [], bad: [] };
    byName.set(name, sets);
    for (const { id } of runs) {
      const mark = marks.get(id);
      if (mark !== undefined) sets[mark].push(id);
    }
  }
  const [first, ...others] = [...byName].filter(
    ([, { good, bad }]) => good.length > 0 && bad.length > 0,
  );
  if (!first) throw noMarks();
  const [workflow, sets] = first;
  if (others.length > 0) {
    const names = others.map(([name]) => name).join(', ');
    remark(`Of the marked workflows ${workflow} is looked at, and not ${names}.`);
  }
  return { workflow, ...sets };
}

function noMarks(): UserError {
  const detail = 'No workflow has runs marked good and runs marked bad.';
  const hint = 'wiretape mark RUN good marks one; wiretape ls lists them.';
  return new UserError('no-marked-runs', detail, hint);
}
