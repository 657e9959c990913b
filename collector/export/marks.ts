/** How far an endpoint has a session, and whether it is to have it at all. */
import type { Exported, StoredSession } from '../store.ts';

export function markIn({ exported, rewrites }: StoredSession, endpoint: string): Exported {
  const known = exported.find((one) => one.endpoint === endpoint);
  return known ?? { endpoint, seq: -1, rewrites, runs: [], judged: -1, findings: {} };
}

/** The last seq whose spans are there; of entries that changed since, all are made again. */
export function sentUpTo({ rewrites }: StoredSession, mark: Exported): number {
  return mark.rewrites === rewrites ? mark.seq : -1;
}

/** What was over before anybody asked for exporting is left where it is. `since`: ISO 8601. */
export function isExported(session: StoredSession, endpoint: string, since: string): boolean {
  if (session.exported.some((one) => one.endpoint === endpoint)) return true;
  const { summary } = session;
  if (summary?.phase !== 'ended') return true;
  return Date.parse(summary.wall) + summary.lastAt / 1000 >= Date.parse(since);
}
