/**
 * What a dead tap's journal lacks is said: damaged and torn lines become gaps, and a session whose
 * tap died without ending it gets an `end` that says `tap-gone`. Both say that the collector made
 * them. Commands that read a journal without a collector complete it here as well.
 */
import { type EndEntry, type Entry, lastSeq } from '../model/entry.ts';
import type { Journal } from '../model/journal.ts';
import { holesIn } from './batch.ts';

/** The entries of a journal whose tap is gone, with what it lacks said. */
export function completed({ session, entries, problems }: Journal): Entry[] {
  const sorted = [...entries].sort((a, b) => a.seq - b.seq);
  const last = sorted.at(-1);
  if (!last) return [];
  const torn = problems.some(({ kind }) => kind === 'torn') ? 1 : 0;
  const all: Entry[] = [...sorted, ...holesIn(sorted, 'damaged-journal', torn)];
  if (sorted.some(({ type }) => type === 'end')) return all;
  const seq = lastSeq(last) + torn + 1;
  const end: EndEntry = {
    type: 'end',
    session,
    seq,
    at: last.at,
    reason: 'tap-gone',
    by: 'collector',
  };
  return [...all, end];
}
