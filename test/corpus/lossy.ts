/** A tap that loses entries, and says so: holes of one to three entries, some in a hundred. */
import type { Entry } from '../../model/entry.ts';
import type { Chance } from './acts.ts';

export function lossy(entries: readonly Entry[], chance: Chance): Entry[] {
  const kept: Entry[] = [];
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] as Entry;
    // How a session began is never lost: without it there is none.
    if (entry.seq < 8 || !chance.oneIn(80)) {
      kept.push(entry);
      continue;
    }
    const { session, seq } = entry;
    const wanted = chance.between(1, 3);
    const lost = entries.slice(at, at + wanted).filter((one) => one.session === session);
    const to = seq + lost.length - 1;
    kept.push({
      type: 'gap',
      session,
      seq,
      at: entry.at,
      to,
      count: lost.length,
      reason: 'disk full',
    });
    at += lost.length - 1;
  }
  return kept;
}
