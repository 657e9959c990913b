/** Entries as session views: the sessions they make, with their message values at hand. */
import { bySeq, type Entry, type MessageEntry } from './entry.ts';
import { groupBy } from './group.ts';
import type { Moment, WholeView } from './session.ts';
import { createSessionMachine } from './session-machine.ts';

/** The sessions of any entries, in the order they first come. */
export function viewsOf(entries: Iterable<Entry>): WholeView[] {
  return [...groupBy(entries, (entry) => entry.session)].map(([id, own]) => {
    const view = createView(id);
    for (const entry of [...own].sort(bySeq)) view.add(entry);
    return view;
  });
}

/** A view that grows with its session. */
export interface GrowingView extends WholeView {
  /** Takes the next entry, in the order of `bySeq`. */
  add(entry: Entry): void;
}

export function createView(id: string): GrowingView {
  const machine = createSessionMachine(id);
  const messages = new Map<number, MessageEntry>();
  const moments: Moment[] = [];
  let before: Entry | undefined;
  return {
    session: machine.session,
    moments,
    value: (ref) => itemOf(messages.get(ref.seq)?.value, ref.item),
    add(entry) {
      // Of entries that claim one place, the first counts; but a gap beside an entry claims none.
      const isSamePlace = before?.seq === entry.seq;
      const isDouble = isSamePlace && (before?.type === 'gap') === (entry.type === 'gap');
      before = entry;
      if (isDouble) return;
      moments.push({ entry, seen: machine.apply(entry) });
      if (entry.type === 'message') messages.set(entry.seq, entry);
    },
  };
}

/** A message's value, or that of one item of a batch. */
export function itemOf(value: unknown, item: number | undefined): unknown {
  if (item === undefined) return value;
  return Array.isArray(value) ? value[item] : undefined;
}
