/**
 * The part of its sessions that is a run. Hosts live for days, and so do their sessions: what was
 * found in another run of the same session is none of this one.
 */
import { type Entry, lastSeq, parseReference, type SessionEntry } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import { groupBy } from '../model/group.ts';
import { startOf } from '../model/order.ts';
import type { SessionSummary } from '../model/summary.ts';
import type { Run } from '../model/workflow.ts';

/** Whether all that these sessions said is of the run. */
export function coversAll(run: Run, sessions: readonly SessionSummary[]): boolean {
  return sessions.every(({ start, bursts }) =>
    bursts.every(({ first, last }) => start + first >= run.from && start + last <= run.to),
  );
}

/** The findings that a message of the run shows. `entries`: those of the run's sessions. */
export function findingsOf(
  run: Run,
  findings: readonly Finding[],
  entries: readonly Entry[],
): readonly Finding[] {
  const spans = new Map(
    [...groupBy(entries, ({ session }) => session)].map(([id, own]) => [id, spanOf(run, own)]),
  );
  return findings.filter(({ evidence }) =>
    evidence.some(({ message }) => {
      const place = parseReference(message);
      const span = spans.get(place?.session ?? '');
      return place && span && place.seq >= span.from && place.seq <= span.to;
    }),
  );
}

/** The first and the last seq of a session in the time of the run. */
export function spanOf(run: Run, own: readonly Entry[]): { from: number; to: number } {
  const head = own.find((entry): entry is SessionEntry => entry.type === 'session');
  const start = head ? startOf(head.clock) : 0;
  const within = own.filter(({ at }) => start + at >= run.from && start + at <= run.to);
  return {
    from: within.reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY),
    to: within.reduce((most, entry) => Math.max(most, lastSeq(entry)), -1),
  };
}
