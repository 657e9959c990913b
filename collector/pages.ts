/** Stored sessions, read a page at a time, so that others get their turn between the pages. */
import { setImmediate } from 'node:timers/promises';
import type { StoredEntry, TenantStore } from './store.ts';

const PAGE = { limit: 2000, bytes: 8 << 20 };

/** The entries of a session from `from` to `end`, as far as they are stored. */
export async function* pagesOf(
  store: TenantStore,
  session: string,
  from = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly StoredEntry[]> {
  for (let next = from; next <= end; ) {
    const page = await store.entries(session, { from: next, ...PAGE });
    const last = page.at(-1);
    if (!last) return;
    yield page;
    next = last.last + 1;
    if (next <= end) await setImmediate();
  }
}
