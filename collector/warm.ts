/**
 * Sessions in memory: their machine and their columns, kept up with the store.
 *
 * A session that nobody looked at for long is dropped, and derived again from the store when
 * someone does. Nothing here is the truth: whatever it holds can be dropped at any time.
 */
import { type ColumnBuilder, createColumns } from '../model/columns.ts';
import { type Entry, lastSeq } from '../model/entry.ts';
import { decodeEntry } from '../model/line.ts';
import { createSessionMachine, type SessionMachine } from '../model/session-machine.ts';
import { pagesOf } from './pages.ts';
import type { Appended, StoredSession, TenantStore } from './store.ts';
import { createTurns } from './turns.ts';

export interface WarmSession {
  readonly machine: SessionMachine;
  readonly columns: ColumnBuilder;
  /** All up to this seq is in it. */
  applied: number;
  /** How often stored entries had changed when it was begun; rows of another count do not fit. */
  readonly rewrites: number;
}

export interface WarmSessions {
  /** Takes entries that were just stored, when they directly follow what a session here has. */
  offer(session: string, entries: readonly Entry[], appended: Appended): void;
  /** The session with all that is stored now; undefined when the store has none of this id. */
  get(session: string): Promise<WarmSession | undefined>;
  forget(session: string): void;
}

/** `rows`: how many rows all sessions together may hold before the least used ones are dropped. */
export function createWarmSessions(store: TenantStore, rows = 500_000): WarmSessions {
  const turns = createTurns();
  const sessions = new Map<string, WarmSession>();

  const touch = (id: string, session: WarmSession): void => {
    sessions.delete(id);
    sessions.set(id, session);
    let held = 0;
    for (const { columns } of sessions.values()) held += columns.length;
    for (const [other, { columns }] of sessions) {
      if (held <= rows || other === id) return;
      held -= columns.length;
      sessions.delete(other);
    }
  };

  return {
    offer(id, entries, { followed }) {
      if (!followed) return;
      const known = sessions.get(id);
      // A session that begins is warm at once, and need never be read back.
      const session =
        known ?? (entries[0]?.seq === 0 ? beginSession({ id, rewrites: 0 }) : undefined);
      if (!session) return;
      for (const entry of entries) apply(session, entry);
      if (!known) touch(id, session);
    },
    get: (id) =>
      turns.of(id, async () => {
        const stored = await store.session(id);
        if (!stored) return undefined;
        const known = sessions.get(id);
        const session = known?.rewrites === stored.rewrites ? known : beginSession(stored);
        await catchUp(session, stored, store);
        touch(id, session);
        return session;
      }),
    forget(id) {
      sessions.delete(id);
    },
  };
}

function beginSession({ id, rewrites }: Pick<StoredSession, 'id' | 'rewrites'>): WarmSession {
  return { machine: createSessionMachine(id), columns: createColumns(), applied: -1, rewrites };
}

/** Applies what the store has beyond a session. */
async function catchUp(
  session: WarmSession,
  { id, end }: StoredSession,
  store: TenantStore,
): Promise<void> {
  for await (const page of pagesOf(store, id, session.applied + 1, end)) {
    for (const { line } of page) {
      const decoded = decodeEntry(line);
      if (decoded.ok) apply(session, decoded.entry);
    }
  }
}

/** Applies the next entry; any other is passed over, and comes from the store later. */
function apply(session: WarmSession, entry: Entry): void {
  if (entry.seq !== session.applied + 1) return;
  session.columns.append(entry, session.machine.apply(entry));
  session.applied = lastSeq(entry);
}
