/** All that a collector does for one tenant: its part of the store, and what is derived from it. */
import { createIngest, type Ingest } from './ingest.ts';
import { createLive, type Live } from './live.ts';
import type { StoredSession, TenantStore } from './store.ts';
import { createWarmSessions, type WarmSessions } from './warm.ts';

export interface Tenant {
  /** Whoever listens is told of spans that are added. */
  readonly store: TenantStore;
  readonly ingest: Ingest;
  readonly warm: WarmSessions;
  readonly live: Live;
  /** Leaves no byte of the session, nor of spans of traces that only it was in; false when there was none. */
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
    store: {
      ...store,
      async addSpans(spans) {
        await store.addSpans(spans);
        live.traced(spans.traceIds);
      },
    },
    ingest,
    warm,
    live,
    async erase(session) {
      const traces = tracesOf(await store.session(session));
      const erased = await store.erase(session);
      if (traces.size > 0) await eraseSpans(store, traces);
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

/** The spans of traces that no session is in any more. */
async function eraseSpans(store: TenantStore, traces: ReadonlySet<string>): Promise<void> {
  const others = (await store.sessions()).map(tracesOf);
  const alone = [...traces].filter((trace) => !others.some((own) => own.has(trace)));
  if (alone.length > 0) await store.eraseSpans(alone);
}

function tracesOf(session: StoredSession | undefined): ReadonlySet<string> {
  const bursts = session?.summary?.bursts ?? [];
  return new Set(bursts.flatMap(({ trace }) => trace ?? []));
}
