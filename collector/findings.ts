/**
 * What analysis says of sessions: findings over them and over all whose times meet theirs, and who
 * owes the next move.
 *
 * Writers of one file may sit in sessions that know nothing of each other, so findings are sought
 * over every session of the same boot that ran at the same time. A result is kept until one of
 * these sessions changes; equal questions at the same time are answered by one analysis.
 */
import type { Entry } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import { decodeEntry } from '../model/line.ts';
import type { SessionView } from '../model/session.ts';
import type { SessionSummary } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import type { StoredSession, TenantStore } from './store.ts';

/** What the collector needs of analysis/. `now`: µs of the session's clock. */
export interface Analysis<Blame> {
  readonly analyse: (views: readonly SessionView[]) => readonly Finding[];
  readonly blame: (view: SessionView, now: number) => readonly Blame[];
}

export interface Findings {
  findings(sessions: readonly string[]): Promise<readonly Finding[]>;
  /** `now`: the session's clock, given its summary. */
  stuck(
    sessions: readonly string[],
    now: (summary: SessionSummary) => Promise<number>,
  ): Promise<readonly unknown[]>;
  /** All entries of these sessions. */
  entries(sessions: readonly string[]): Promise<Entry[]>;
}

const KEPT = 8;
const PAGE = { limit: 5000, bytes: 16 << 20 };

export function createFindings<Blame>(store: TenantStore, analysis: Analysis<Blame>): Findings {
  const kept = new Map<string, Promise<readonly Finding[]>>();

  const entriesOf = async (sessions: readonly string[]): Promise<Entry[]> => {
    const entries: Entry[] = [];
    for (const session of sessions) {
      for await (const entry of readSession(store, session)) entries.push(entry);
    }
    return entries;
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
      const known = kept.get(key);
      kept.delete(key);
      const found =
        known ??
        entriesOf(together.map(({ id }) => id)).then((all) => analysis.analyse(viewsOf(all)));
      remember(key, found);
      return found;
    },
    async stuck(sessions, now) {
      const all = new Map((await store.sessions()).map((one) => [one.id, one.summary]));
      const blames = viewsOf(await entriesOf(sessions)).map(async (view) => {
        const summary = all.get(view.session.id);
        return analysis.blame(view, summary ? await now(summary) : view.session.lastAt);
      });
      return (await Promise.all(blames)).flat();
    },
    entries: entriesOf,
  };
}

async function* readSession(store: TenantStore, session: string): AsyncGenerator<Entry> {
  let from = 0;
  for (;;) {
    const page = await store.entries(session, { from, ...PAGE });
    const last = page.at(-1);
    if (!last) return;
    for (const { line } of page) {
      const decoded = decodeEntry(line);
      if (decoded.ok) yield decoded.entry;
    }
    from = last.last + 1;
  }
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
      wanted.has(id) || (summary !== undefined && spans.some((span) => meets(span, summary))),
  );
}

function meets(a: SessionSummary, b: SessionSummary): boolean {
  return a.boot === b.boot && a.start <= b.start + b.lastAt && b.start <= a.start + a.lastAt;
}
