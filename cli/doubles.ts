/** Entries that reach us by two ways (store and journal, two files) are one. */
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';

/** Each entry once, the first of its place. A gap stays beside an entry that arrived after all. */
export function withoutDoubles(entries: readonly Entry[]): Entry[] {
  const once: Entry[] = [];
  for (const own of groupBy(entries, ({ session }) => session).values()) {
    const seen = new Set<string>();
    for (const entry of own) {
      const place = `${entry.type === 'gap' ? 'gap' : 'entry'} ${entry.seq}`;
      if (!seen.has(place)) once.push(entry);
      seen.add(place);
    }
  }
  return once;
}
