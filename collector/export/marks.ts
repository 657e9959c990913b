/** How far an endpoint has a session, and whether it is to have it at all. */
import type { SessionEntry } from '../../model/entry.ts';
import { decodeEntry } from '../../model/line.ts';
import type { Exported, StoredSession, TenantStore } from '../store.ts';

export function markIn({ exported, rewrites }: StoredSession, endpoint: string): Exported {
  const known = exported.find((one) => one.endpoint === endpoint);
  return known ?? { endpoint, seq: -1, rewrites, runs: [], judged: -1, findings: {} };
}

/** How far it has a session; what is known of its findings is kept apart. */
export type Progress = Pick<Exported, 'seq' | 'rewrites' | 'runs'>;

/** The last seq whose spans are there; of entries that changed since, all are made again. */
export function sentUpTo({ rewrites }: StoredSession, mark: Progress): number {
  return mark.rewrites === rewrites ? mark.seq : -1;
}

/** What is to be exported to an endpoint. */
export interface Asked {
  /** What was over before anybody asked for exporting is left where it is. */
  isExported(session: StoredSession): Promise<boolean>;
  /** Its tap was asked to send it there. */
  isOfTap(head: SessionEntry | undefined): boolean;
  forget(session: string): void;
}

export interface AskedOptions {
  readonly endpoint: string;
  readonly store: TenantStore;
  /** When exporting was first asked for, ISO 8601. */
  readonly since: string;
  readonly isOfTap: Asked['isOfTap'];
}

export function createAsked({ endpoint, store, since, isOfTap }: AskedOptions): Asked {
  /** What the opening entries say of sessions that were over before. */
  const older = new Map<string, boolean>();
  return {
    async isExported({ id, exported, summary }) {
      if (exported.some((one) => one.endpoint === endpoint)) return true;
      if (summary?.phase !== 'ended') return true;
      if (Date.parse(summary.wall) + summary.lastAt / 1000 >= Date.parse(since)) return true;
      const known = older.get(id) ?? isOfTap(await headOf(store, id));
      older.set(id, known);
      return known;
    },
    isOfTap,
    forget: (session) => void older.delete(session),
  };
}

async function headOf(store: TenantStore, session: string): Promise<SessionEntry | undefined> {
  const [row] = await store.entries(session, { from: 0, limit: 1, bytes: 1 });
  const decoded = row && decodeEntry(row.line);
  return decoded?.ok && decoded.entry.type === 'session' ? decoded.entry : undefined;
}
