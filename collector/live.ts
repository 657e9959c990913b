/**
 * Keeps the summary of every session current, and tells subscribers which ones changed.
 *
 * At most ten times a second: a session that was touched is derived up to now, its summary is kept
 * in the store and told to whoever listens. A summary that cannot be kept is tried again; one that
 * was never kept is derived again when a collector starts.
 */
import type { LiveMessage } from '../model/api.ts';
import { type SessionSummary, summaryOf } from '../model/summary.ts';
import type { WrappedServer } from '../model/wrapped.ts';
import type { TenantStore } from './store.ts';
import { createTurns } from './turns.ts';
import type { WarmSessions } from './warm.ts';

export interface Live {
  /** Entries of this session were stored. */
  touched(session: string): void;
  /** This session was erased. */
  removed(session: string): void;
  /** Spans of these traces were stored. */
  traced(traces: Iterable<string>): void;
  /** Something was explored, or what was is gone. */
  explored(): void;
  /** These servers are wrapped now. */
  wrapped(servers: readonly WrappedServer[]): void;
  /** Makes every summary current now. */
  settle(): Promise<void>;
  /** Calls back at most every `INTERVAL`; gives what ends the subscription. */
  subscribe(told: (message: LiveMessage) => void): () => void;
  /** Settles one last time, and tells nobody any more. */
  close(): Promise<void>;
}

/** In ms. */
const INTERVAL = 100;

/** More traces are not named one by one. */
const NAMED = 1000;

/** What a live message says of these traces; none: too many to name. */
export function namedOf(traces: ReadonlySet<string>): readonly string[] {
  return traces.size > NAMED ? [] : [...traces];
}

export function createLive(store: TenantStore, warm: WarmSessions): Live {
  const subscribers = new Set<(message: LiveMessage) => void>();
  const turns = createTurns();
  const changed = new Set<string>();
  const gone = new Set<string>();
  const traces = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const plan = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void settle();
    }, INTERVAL);
  };

  const refresh = async (id: string): Promise<SessionSummary | undefined> => {
    const session = await warm.get(id);
    if (!session) return undefined;
    const summary = summaryOf(session.machine.session);
    try {
      await store.keepSummary(summary, session.applied);
    } catch {
      // A full disk: the summary is told all the same, and derived again at the next start.
    }
    return summary;
  };

  const settle = (): Promise<void> =>
    turns.of('', async () => {
      const ids = [...changed];
      const removed = [...gone];
      const came = traces.size === 0 ? {} : { traces: namedOf(traces) };
      changed.clear();
      gone.clear();
      traces.clear();
      const summaries: SessionSummary[] = [];
      for (const id of ids) {
        const summary = await refresh(id);
        if (summary) summaries.push(summary);
      }
      if (summaries.length + removed.length === 0 && !came.traces) return;
      for (const told of subscribers) told({ changed: summaries, removed, ...came });
    });

  return {
    touched(session) {
      changed.add(session);
      plan();
    },
    removed(session) {
      changed.delete(session);
      gone.add(session);
      plan();
    },
    traced(some) {
      for (const trace of some) traces.add(trace);
      plan();
    },
    wrapped(servers) {
      for (const told of subscribers) told({ changed: [], removed: [], wrapped: servers });
    },
    explored() {
      for (const told of subscribers) told({ changed: [], removed: [], explored: true });
    },
    settle,
    subscribe(told) {
      subscribers.add(told);
      return () => subscribers.delete(told);
    },
    async close() {
      clearTimeout(timer);
      await settle();
      subscribers.clear();
      clearTimeout(timer);
    },
  };
}
