/**
 * The run that a moment of a session is part of. What nobody gave a trace shares that of its run, so
 * whoever makes spans asks here, and all of them say the same.
 */
import type { SessionEntry } from '../entry.ts';
import type { SessionSummary } from '../summary.ts';
import { type Run, shortHash, workflowKey } from '../workflow.ts';

export interface RunStart {
  readonly id: string;
  /** µs of the session's clock; below zero where another session began the run. */
  readonly from: number;
}

/**
 * The runs that the pauses of its workflow make of a session, in the order they begin; of one that has
 * all it says within traces the runs of those.
 */
export function runStarts({ id, start }: SessionSummary, runs: readonly Run[]): RunStart[] {
  const own = runs.filter(({ sessions }) => sessions.includes(id));
  const byPause = own.filter(({ by }) => by === 'pause');
  return (byPause.length > 0 ? byPause : own)
    .map((run) => ({ id: run.id, from: run.from - start }))
    .sort((a, b) => a.from - b.from);
}

/**
 * The run of a moment: the last that had begun, so that a run which goes on changes nothing. What
 * comes before the first message is part of the first run; without any, all is the session's own.
 */
export function runAtOf(session: string, starts: readonly RunStart[]): (at: number) => string {
  return (at) => {
    let run = starts[0]?.id ?? session;
    for (const { id, from } of starts) {
      if (from > at) break;
      run = id;
    }
    return run;
  };
}

const HOUR = 3_600_000;

/**
 * The run of a moment of a session whose spans go out while it goes on. Where runs end is not known
 * yet: what its workflow does within one hour of the clock counts as one, and all its taps say the same.
 * A hash, since what makes a workflow are processes of the machine, which are nobody else's business.
 */
export function liveRunAt(id: string, head: SessionEntry): (at: number) => string {
  const { workflow, host, clock } = head;
  const key = workflowKey({ id, workflow, boot: clock.boot, ...(host ? { host } : {}) });
  const began = Date.parse(clock.wall) || 0;
  let known = { hour: Number.NaN, run: '' };
  return (at) => {
    const hour = Math.floor((began + at / 1000) / HOUR);
    if (hour !== known.hour) known = { hour, run: shortHash(`${key} ${hour}`) };
    return known.run;
  };
}
