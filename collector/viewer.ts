/** A store in memory that holds what opened recordings say, and nothing else. */
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import { holesIn } from './batch.ts';
import { openStore } from './sqlite/store.ts';
import type { Store } from './store.ts';

/** Entries that a recording lacks become gaps, so that what comes after them is seen. */
export async function storeOfRecordings(entries: readonly Entry[], tenant: string): Promise<Store> {
  const store = await openStore({ path: ':memory:' });
  for (const [session, own] of groupBy(entries, (entry) => entry.session)) {
    const sorted = [...own].sort((a, b) => a.seq - b.seq);
    await store.of(tenant).append(session, [...sorted, ...holesIn(sorted, 'not-in-recording')]);
  }
  return store;
}
