/** Entries as session views: the sessions they make, with their message values at hand. */
import { bySeq, type Entry, type MessageEntry } from './entry.ts';
import { groupBy } from './group.ts';
import type { Moment, WholeView } from './session.ts';
import { createSessionMachine } from './session-machine.ts';

/** The sessions of any entries, in the order they first come. */
export function viewsOf(entries: Iterable<Entry>): WholeView[] {
  return [...groupBy(entries, (entry) => entry.session)].map(([id, own]) => viewOf(id, own));
}

function viewOf(id: string, own: readonly Entry[]): WholeView {
  const machine = createSessionMachine(id);
  const messages = new Map<number, MessageEntry>();
  const moments: Moment[] = [];
  let before: Entry | undefined;
  for (const entry of [...own].sort(bySeq)) {
    // Of entries that claim one place, the first counts; but a gap beside an entry claims none.
    const isSamePlace = before?.seq === entry.seq;
    const isDouble = isSamePlace && (before?.type === 'gap') === (entry.type === 'gap');
    before = entry;
    if (isDouble) continue;
    moments.push({ entry, seen: machine.apply(entry) });
    if (entry.type === 'message') messages.set(entry.seq, entry);
  }
  return {
    session: machine.session,
    moments,
    value: (ref) => itemOf(messages.get(ref.seq)?.value, ref.item),
  };
}

/** A message's value, or that of one item of a batch. */
export function itemOf(value: unknown, item: number | undefined): unknown {
  if (item === undefined) return value;
  return Array.isArray(value) ? value[item] : undefined;
}
