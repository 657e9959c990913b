/** Whether a capture that is imported anew is more of one that was imported before. */
import type { Entry } from '../entry.ts';
import { encodeEntry } from '../line.ts';

/**
 * `more`: it goes on where the old one ends. `nothing-new`: the old one has all of it. `other`: the
 * two tell different things, so that neither can stand for both.
 */
export type Growth = 'more' | 'nothing-new' | 'other';

/** Compares two imports of one session id, each in the order of its entries. */
export function growthOf(old: readonly Entry[], fresh: readonly Entry[]): Growth {
  const [before, now] = [saidIn(old), saidIn(fresh)];
  const isSame = before.slice(0, now.length).every((line, at) => line === now[at]);
  if (!isSame) return 'other';
  return now.length > before.length ? 'more' : 'nothing-new';
}

/** The opening names who imported it, and the end stands wherever the capture was cut. */
function saidIn(entries: readonly Entry[]): string[] {
  const said = entries.filter(({ type }) => type !== 'session' && type !== 'end');
  return said.sort((a, b) => a.seq - b.seq).map(encodeEntry);
}
