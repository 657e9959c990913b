/**
 * What analysis says of sessions: findings over them and over all whose times meet theirs, and who
 * owes the next move.
 *
 * Writers of one file may sit in sessions that know nothing of each other, so findings are sought
 * over every session of the same boot that ran at the same time. A result is kept until one of
 * these sessions changes; equal questions at the same time are answered by one analysis, which runs
 * in a thread of its own.
 */
import type { Entry } from '../model/entry.ts';
import { concerns, type Finding, type Origin } from '../model/finding.ts';
import { type Judgement, judged } from '../model/judgement.ts';
import { decodeEntry } from '../model/line.ts';
import { type SessionSummary, timesMeet } from '../model/summary.ts';
import { suppress } from '../model/suppression.ts';
import { createAnalysis } from './analysis.ts';
import type { MessagesInSpans, Question } from './analysis-orders.ts';
import { pagesOf } from './pages.ts';
import type { AskSaid, Said } from './said.ts';
import type { StoredSession, TenantStore } from './store.ts';

export interface Findings {
  findings(sessions: readonly string[]): Promise<readonly Finding[]>;
  /** What explorations came to by now. */
  explored(): Promise<readonly Judgement[]>;
  /** `now`: where the clock of a session stands, given its summary. */
  stuck(
    sessions: readonly string[],
    now: (summary: SessionSummary) => Promise<number>,
  ): Promise<readonly unknown[]>;
  /** What messages of a session are in its spans; undefined when there is no such session. */
  spans(question: Omit<SpansAsked, 'do'>): Promise<MessagesInSpans | undefined>;
  /** All entries of these sessions. */
  entries(sessions: readonly string[]): Promise<Entry[]>;
  close(): Promise<void>;
}

type SpansAsked = Extract<Question, { do: 'spans' }>;

const KEPT = 8;

const NOTHING_SAID: Said = { footprints: [], suppressions: [] };

interface Hearing {
  readonly said?: AskSaid | undefined;
  /** Where what is looked at is recorded, if not in the store. */
  readonly origin?: Origin | undefined;
}

export function createFindings(
  store: TenantStore,
  explored: Findings['explored'],
  { said: askSaid = async () => NOTHING_SAID, origin }: Hearing = {},
): Findings {
  const analysis = createAnalysis(store);
  const kept = new Map<string, Promise<readonly Finding[]>>();
  let heard = NOTHING_SAID;

  const ask = async (): Promise<Said> => {
    const said = await askSaid();
    if (said !== heard) kept.clear();
    heard = said;
    return said;
  };
  const analysed = async (
    sessions: readonly StoredSession[],
    { footprints }: Said,
  ): Promise<readonly Finding[]> => {
    const ids = sessions.map(({ id }) => id);
    const given = await analysis.ask({ do: 'findings', sessions: ids, footprints }, sessions);
    return given as readonly Finding[];
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
      const said = await ask();
      const together = relatedTo(sessions, await store.sessions());
      const key = together.map(({ id, end, rewrites }) => `${id}:${end}:${rewrites}`).join(' ');
      const found = kept.get(key) ?? analysed(together, said);
      kept.delete(key);
      remember(key, found);
      const wanted = new Set(sessions);
      const own = (await found).filter((finding) => concerns(finding, wanted));
      const all = judged(own, await explored(), wanted);
      const { findings } = suppress(all, said.suppressions, Date.now());
      return origin ? findings.map((finding) => ({ ...finding, origin })) : findings;
    },
    explored,
    async stuck(sessions, now) {
      const blames: unknown[] = [];
      for (const session of await store.sessions()) {
        if (!sessions.includes(session.id)) continue;
        const { id, summary } = session;
        const then = summary ? { now: await now(summary) } : {};
        blames.push(...(await analysis.ask({ do: 'blame', session: id, ...then }, [session])));
      }
      return blames;
    },
    async spans(question) {
      const session = await store.session(question.session);
      if (!session) return undefined;
      const [given] = await analysis.ask({ do: 'spans', ...question }, [session]);
      return given as MessagesInSpans | undefined;
    },
    async entries(sessions) {
      const entries: Entry[] = [];
      for (const session of sessions)
        for (const entry of await readSession(store, session)) entries.push(entry);
      return entries;
    },
    close: analysis.close,
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

/** All entries of a session, in order. */
async function readSession(store: TenantStore, session: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const page of pagesOf(store, session)) {
    for (const { line } of page) {
      const decoded = decodeEntry(line);
      if (decoded.ok) entries.push(decoded.entry);
    }
  }
  return entries;
}
