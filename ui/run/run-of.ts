/** Which run shows a message that only its session and its time are known of. */
import type { SessionSummary } from '../../model/summary.ts';
import type { Run } from '../../model/workflow.ts';

/**
 * `at`: µs of the session's clock. Of several runs at one time the shortest, which is one of a trace;
 * what came between runs, or is no message, is with the last that had begun.
 */
export function runOf(
  { id, start }: SessionSummary,
  at: number,
  runs: readonly Run[],
): Run | undefined {
  const own = runs
    .filter(({ sessions }) => sessions.includes(id))
    .sort((a, b) => a.to - a.from - (b.to - b.from));
  const begun = own.filter(({ from }) => from <= start + at);
  const last = begun.reduce((latest, { from }) => Math.max(latest, from), Number.NEGATIVE_INFINITY);
  return (
    begun.find(({ to }) => to >= start + at) ?? begun.find(({ from }) => from === last) ?? own[0]
  );
}
