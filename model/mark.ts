/** Marks: what a user says of whole runs. */
import { order } from './order.ts';

/** What somebody said of a run after looking at it, so that good and bad runs can be told apart. */
export const MARKS = ['good', 'bad'] as const;
export type Mark = (typeof MARKS)[number];

export interface RunMark {
  /** The id of the run. */
  readonly run: string;
  readonly mark: Mark;
}

export function isMark(value: unknown): value is Mark {
  return (MARKS as readonly unknown[]).includes(value);
}

/** Marks as they are after a run was marked anew; undefined takes its mark away. By run. */
export function withMark(
  marks: readonly RunMark[],
  run: string,
  mark: Mark | undefined,
): readonly RunMark[] {
  const others = marks.filter((one) => one.run !== run);
  const all = mark === undefined ? others : [...others, { run, mark }];
  return all.sort(byRunId);
}

/** All marks that are kept with these sessions, each once, by run. */
export function marksOf(
  sessions: readonly { readonly marks: readonly RunMark[] }[],
): readonly RunMark[] {
  const byRun = new Map(sessions.flatMap(({ marks }) => marks.map((one) => [one.run, one])));
  return [...byRun.values()].sort(byRunId);
}

function byRunId(a: RunMark, b: RunMark): number {
  return order(a.run, b.run);
}
