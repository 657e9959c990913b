/**
 * Sessions read without a collector: from the store that one left, and from the journals of taps
 * that none has taken in. Where both know a session, its entries are joined by seq.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredSession, TenantStore } from '../collector/index.ts';
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import { decodeEntry } from '../model/line.ts';
import { marksOf } from '../model/mark.ts';
import { statePaths } from '../model/state.ts';
import { type SessionSummary, summaryOf } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import { withoutDoubles } from './doubles.ts';
import { readJournals, removeJournals } from './journals.ts';
import { eraseJudgementsHere } from './judgements.ts';
import type { Source } from './source.ts';

/** Read in parts, so that one call never holds a huge session twice. */
const RANGE = { limit: 10_000, bytes: 16 << 20 };

export async function openDisk(state: string): Promise<Source> {
  const journals = groupBy(await readJournals(state), ({ session }) => session);
  const { store, close } = await openExisting(state);
  const entriesOf = async (session: string): Promise<Entry[]> => {
    const stored = store ? await storedEntries(store, session) : [];
    const written = (journals.get(session) ?? []).flatMap(({ entries }) => entries);
    return written.length === 0 ? stored : withoutDoubles([...stored, ...written]);
  };
  const derived = async (session: string): Promise<SessionSummary[]> =>
    viewsOf(await entriesOf(session)).map((view) => summaryOf(view.session));
  return {
    api: undefined,
    async summaries() {
      const known = new Map(
        (await store?.sessions())?.map((session) => [session.id, session]) ?? [],
      );
      const ids = new Set([...known.keys(), ...journals.keys()]);
      const found = await Promise.all(
        [...ids].map(async (id) => {
          const kept = journals.has(id) ? undefined : keptSummary(known.get(id));
          return kept ? [kept] : derived(id);
        }),
      );
      return found.flat();
    },
    entries: async (sessions) => (await Promise.all(sessions.map(entriesOf))).flat(),
    isLive: async ({ id }) => (journals.get(id) ?? []).some(({ live }) => live),
    async remove(session) {
      await removeJournals(journals.get(session) ?? []);
      await eraseJudgementsHere(state, session);
      await store?.erase(session);
    },
    marks: async () => marksOf((await store?.sessions()) ?? []),
    async mark({ id, sessions }, mark) {
      let kept = false;
      for (const session of sessions) {
        if (await store?.mark(session, id, mark)) kept = true;
      }
      return kept;
    },
    close,
  };
}

/** The store of a state folder, when there is one; none is made. */
async function openExisting(
  state: string,
): Promise<{ store: TenantStore | undefined; close(): Promise<void> }> {
  const path = join(statePaths(state).store, 'store.db');
  if (!existsSync(path)) return { store: undefined, close: async () => {} };
  const { LOCAL, openStore } = await import('../collector/index.ts');
  const store = await openStore({ path });
  return { store: store.of(LOCAL), close: () => store.close() };
}

/** What the collector derived, unless more has come since. */
function keptSummary(session: StoredSession | undefined): SessionSummary | undefined {
  return session && session.summaryEnd >= session.end ? session.summary : undefined;
}

async function storedEntries(store: TenantStore, session: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = 0; ; ) {
    const rows = await store.entries(session, { from, ...RANGE });
    for (const { line } of rows) {
      const decoded = decodeEntry(line);
      if (decoded.ok) entries.push(decoded.entry);
    }
    const last = rows.at(-1);
    if (!last) return entries;
    from = last.last + 1;
  }
}
