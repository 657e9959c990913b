/**
 * Sessions as analysis reads them: with every message value at hand. Made from the store, and kept
 * while nothing changes and there is room, since a page asks several questions about the same ones.
 */
import { setImmediate } from 'node:timers/promises';
import type { Entry } from '../model/entry.ts';
import { decodeEntry } from '../model/line.ts';
import type { WholeView } from '../model/session.ts';
import { viewsOf } from '../model/view.ts';
import type { StoredSession, TenantStore } from './store.ts';

export interface Views {
  of(session: StoredSession): Promise<WholeView>;
}

interface Kept {
  /** Which state of the session it shows. */
  readonly state: string;
  readonly bytes: number;
  readonly view: Promise<WholeView>;
}

/** Bytes of lines whose views are kept; in memory they take several times that. */
const ROOM = 48 << 20;
const PAGE = { limit: 2000, bytes: 8 << 20 };

export function createViews(store: TenantStore): Views {
  const kept = new Map<string, Kept>();
  const makeRoom = (): void => {
    let held = 0;
    for (const { bytes } of kept.values()) held += bytes;
    for (const [oldest, { bytes }] of kept) {
      if (held <= ROOM) return;
      held -= bytes;
      kept.delete(oldest);
    }
  };
  return {
    of({ id, end, rewrites, bytes }) {
      const state = `${end} ${rewrites} ${bytes}`;
      const known = kept.get(id);
      const view = known?.state === state ? known.view : viewFrom(store, id);
      kept.delete(id);
      kept.set(id, { state, bytes, view });
      view.catch(() => kept.delete(id));
      makeRoom();
      return view;
    },
  };
}

async function viewFrom(store: TenantStore, id: string): Promise<WholeView> {
  const [view] = viewsOf(await readSession(store, id));
  if (!view) throw new Error(`session ${id} has no entries`);
  return view;
}

/** All entries of a session, in order; others get their turn between the pages. */
export async function readSession(store: TenantStore, session: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = 0; ; ) {
    const page = await store.entries(session, { from, ...PAGE });
    const last = page.at(-1);
    if (!last) return entries;
    for (const { line } of page) {
      const decoded = decodeEntry(line);
      if (decoded.ok) entries.push(decoded.entry);
    }
    from = last.last + 1;
    await setImmediate();
  }
}
