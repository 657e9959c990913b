/** Whether the entries of each session are all there: seq is gap-free from 0, and each stands once. */
import { bySeq, type Entry, lastSeq } from './entry.ts';
import { groupBy } from './group.ts';
import type { Problem } from './recording.ts';
import type { Session } from './session.ts';

export function sequenceProblems(entries: readonly Entry[]): Problem[] {
  const bySession = groupBy(entries, (entry) => entry.session);
  return [...bySession].flatMap(([session, own]) => problemsOf(session, own));
}

function problemsOf(session: string, own: readonly Entry[]): Problem[] {
  const problems: Problem[] = [];
  const say = (kind: Problem['kind'], what: string): void => {
    problems.push({ kind, detail: `session ${session} ${what}` });
  };
  const sorted = [...own].sort(bySeq);
  if (sorted[0]?.type !== 'session') say('no-head', 'has no opening entry');
  let next = 0;
  let previous = -1;
  for (const entry of sorted) {
    if (entry.seq > next) say('lost', `lacks ${span(next, entry.seq - 1)}`);
    // An entry inside a gap arrived after all, and wins over it.
    if (entry.type !== 'gap') {
      if (entry.seq === previous) say('doubled', `has entry ${entry.seq} twice`);
      previous = entry.seq;
    }
    next = Math.max(next, lastSeq(entry) + 1);
  }
  return problems;
}

function span(from: number, to: number): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}

/**
 * How many entries of a session are known to be lost once more: those that a gap stands for, or
 * less one when an entry arrives after all.
 */
export function lossBy(entry: Entry, { gaps, lastSeq: last }: Session): number {
  if (entry.type === 'gap') return entry.count;
  const gap = gaps.at(-1);
  return gap && gap.seq <= entry.seq && entry.seq <= gap.to && entry.seq <= last ? -1 : 0;
}
