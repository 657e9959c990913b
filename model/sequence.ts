/** Whether the entries of each session are all there: seq is gap-free from 0, and each stands once. */
import { type Entry, lastSeq } from './entry.ts';
import { groupBy } from './group.ts';
import type { Problem } from './recording.ts';

export function sequenceProblems(entries: readonly Entry[]): Problem[] {
  const bySession = groupBy(entries, (entry) => entry.session);
  return [...bySession].flatMap(([session, own]) => problemsOf(session, own));
}

function problemsOf(session: string, own: readonly Entry[]): Problem[] {
  const problems: Problem[] = [];
  const sorted = [...own].sort((a, b) => a.seq - b.seq);
  if (sorted[0]?.type !== 'session') {
    problems.push({ kind: 'no-head', detail: `session ${session} has no opening entry` });
  }
  let next = 0;
  let previous = -1;
  for (const entry of sorted) {
    if (entry.seq > next) {
      problems.push({
        kind: 'lost',
        detail: `session ${session} lacks ${span(next, entry.seq - 1)}`,
      });
    }
    // An entry inside a gap arrived after all, and wins over it.
    if (entry.type !== 'gap') {
      if (entry.seq === previous)
        problems.push({
          kind: 'doubled',
          detail: `session ${session} has entry ${entry.seq} twice`,
        });
      previous = entry.seq;
    }
    next = Math.max(next, lastSeq(entry) + 1);
  }
  return problems;
}

function span(from: number, to: number): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}
