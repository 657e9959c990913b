/**
 * What analysis says of sessions: findings over them and over all whose times meet theirs, and who
 * owes the next move.
 *
 * Writers of one file may sit in sessions that know nothing of each other, so findings are sought
 * over every session of the same boot that ran at the same time. A result is kept until one of
 * these sessions changes; equal questions at the same time are answered by one analysis.
 */
import type { Entry } from '../model/entry.ts';
import { concerns, type Finding } from '../model/finding.ts';
import type { WholeView } from '../model/session.ts';
import { type SessionSummary, timesMeet } from '../model/summary.ts';
import type { StoredSession, TenantStore } from './store.ts';
import { createViews, readSession } from './views.ts';

/** What the collector needs of analysis/. `now`: µs of the session's clock. */
export interface Analysis<Blame> {
  readonly analyse: (views: readonly WholeView[]) => readonly Finding[];
  readonly blame: (view: WholeView, now: number) => readonly Blame[];
}

export interface Findings {
  findings(sessions: readonly string[]): Promise<readonly Finding[]>;
  /** `now`: where the clock of a session stands, given its summary. */
  stuck(
    sessions: readonly string[],
    now: (summary: SessionSummary) => Promise<number>,
  ): Promise<readonly unknown[]>;
  /** All entries of these sessions. */
  entries(sessions: readonly string[]): Promise<Entry[]>;
}

const KEPT = 8;

export function createFindings<Blame>(store: TenantStore, analysis: Analysis<Blame>): Findings {
  const views = createViews(store);
  const kept = new Map<string, Promise<readonly Finding[]>>();

  const analysed = async (sessions: readonly StoredSession[]): Promise<readonly Finding[]> => {
    const all: WholeView[] = [];
    for (const session of sessions) all.push(await views.of(session));
    return analysis.analyse(all);
  };

  const remember = (key: string, found: Promise<readonly Finding[]>): void => {
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    for (const [oldest] of kept) {
      if (kept.size <= KEPT) return;
      kept.delete(oldest);
    }
  };

  return {
    async findings(sessions) {
      const together = relatedTo(sessions, await store.sessions());
      const key = together.map(({ id, end, rewrites }) => `${id}:${end}:${rewrites}`).join(' ');
      const found = kept.get(key) ?? analysed(together);
      kept.delete(key);
      remember(key, found);
      const wanted = new Set(sessions);
      return (await found).filter((finding) => concerns(finding, wanted));
    },
    async stuck(sessions, now) {
      const blames: Blame[] = [];
      for (const session of await store.sessions()) {
        if (!sessions.includes(session.id)) continue;
        const view = await views.of(session);
        const { summary } = session;
        blames.push(...analysis.blame(view, summary ? await now(summary) : view.session.lastAt));
      }
      return blames;
    },
    async entries(sessions) {
      const entries: Entry[] = [];
      for (const session of sessions)
        for (const entry of await readSession(store, session)) entries.push(entry);
      return entries;
    },
  };
}

/** The sessions asked for, and all of the same boot that ran at the same time as one of them. */
export function relatedTo(
  asked: readonly string[],
  all: readonly StoredSession[],
): StoredSession[] {
  const wanted = new Set(asked);
  const spans = all.flatMap(({ id, summary }) => (summary && wanted.has(id) ? [summary] : []));
  return all.filter(
    ({ id, summary }) =>
      wanted.has(id) || (summary !== undefined && spans.some((span) => timesMeet(span, summary))),
  );
}
