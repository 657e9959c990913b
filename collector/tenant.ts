/** All that a collector does for one tenant: its part of the store, and what is derived from it. */
import { createIngest, type Ingest } from './ingest.ts';
import { createLive, type Live } from './live.ts';
import type { TenantStore } from './store.ts';
import { createWarmSessions, type WarmSessions } from './warm.ts';

export interface Tenant {
  readonly store: TenantStore;
  readonly ingest: Ingest;
  readonly warm: WarmSessions;
  readonly live: Live;
  /** Leaves no byte of the session; false when there was none. */
  erase(session: string): Promise<boolean>;
  /** Waits for what was given up to now, and keeps the last summaries. */
  close(): Promise<void>;
}

/** Opens what a tenant has; summaries that a crash left behind are made current. */
export async function openTenant(store: TenantStore): Promise<Tenant> {
  const warm = createWarmSessions(store);
  const live = createLive(store, warm);
  const ingest = createIngest(store, (session, entries, appended) => {
    warm.offer(session, entries, appended);
    live.touched(session);
  });
  for (const { id, end, summaryEnd } of await store.sessions()) {
    if (summaryEnd !== end) live.touched(id);
  }
  return {
    store,
    ingest,
    warm,
    live,
    async erase(session) {
      const erased = await store.erase(session);
      warm.forget(session);
      if (erased) live.removed(session);
      return erased;
    },
    async close() {
      await ingest.done();
      await live.close();
    },
  };
}
