/** The runs of sessions as far as they are known now, by the summaries of those of their workflow. */
import { type RunStart, runStarts } from '../../model/otel/runs.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { workflowKey, workflows } from '../../model/workflow.ts';

export interface KnownRuns {
  put(summary: SessionSummary): void;
  remove(session: string): void;
  of(summary: SessionSummary): RunStart[];
}

export function createKnownRuns(): KnownRuns {
  const keys = new Map<string, string>();
  const groups = new Map<string, Map<string, SessionSummary>>();
  const remove = (session: string): void => {
    const key = keys.get(session) ?? '';
    const group = groups.get(key);
    group?.delete(session);
    if (group?.size === 0) groups.delete(key);
    keys.delete(session);
  };
  return {
    put(summary) {
      const key = workflowKey(summary);
      if (keys.get(summary.id) !== key) remove(summary.id);
      keys.set(summary.id, key);
      const group = groups.get(key) ?? new Map<string, SessionSummary>();
      groups.set(key, group.set(summary.id, summary));
    },
    remove,
    of(summary) {
      const group = groups.get(workflowKey(summary)) ?? new Map([[summary.id, summary]]);
      const runs = workflows([...group.values()]).flatMap((workflow) => workflow.runs);
      return runStarts(summary, runs);
    },
  };
}

/** A session of weeks has no more runs kept than these: the first, and the newest. */
const KEPT = 64;

/** What was said of a run stays, so that spans which are made again have the trace they had. */
export function settledRuns(known: readonly RunStart[], now: readonly RunStart[]): RunStart[] {
  const last = known.at(-1)?.from ?? Number.NEGATIVE_INFINITY;
  const all = [...known, ...now.filter(({ from }) => from > last)];
  return all.length <= KEPT ? all : [...all.slice(0, 1), ...all.slice(1 - KEPT)];
}
