/** Entries as session views: the sessions they make, with their message values at hand. */
import { bySeq, type Entry } from './entry.ts';
import { createMoments } from './moments.ts';
import type { WholeView } from './session.ts';
import { createSessionMachine } from './session-machine.ts';

/**
 * The sessions of any entries, in the order they first come. Entries are taken one by one, so that
 * whoever makes them as he goes need not hold them all.
 */
export function viewsOf(entries: Iterable<Entry>): WholeView[] {
  const sessions = new Map<string, Coming>();
  for (const entry of entries) {
    const known = sessions.get(entry.session);
    const coming = known ?? { view: createView(entry.session), last: undefined, late: undefined };
    if (!known) sessions.set(entry.session, coming);
    if (coming.late) coming.late.push(entry);
    else if (coming.last && bySeq(coming.last, entry) > 0) coming.late = [entry];
    else {
      coming.view.add(entry);
      coming.last = entry;
    }
  }
  return [...sessions.values()].map(({ view, late }) => (late ? inOrder(view, late) : view));
}

/** A session whose entries come in order, up to the first that is late. */
interface Coming {
  readonly view: GrowingView;
  last: Entry | undefined;
  late: Entry[] | undefined;
}

function inOrder({ session, moments }: GrowingView, late: readonly Entry[]): GrowingView {
  const view = createView(session.id);
  const before = Array.from(moments, ({ entry }) => entry);
  for (const entry of [...before, ...late].sort(bySeq)) view.add(entry);
  return view;
}

/** A view that grows with its session. */
export interface GrowingView extends WholeView {
  /** Takes the next entry, in the order of `bySeq`. */
  add(entry: Entry): void;
}

export function createView(id: string): GrowingView {
  const machine = createSessionMachine(id);
  const { session } = machine;
  const moments = createMoments(session);
  let before: Entry | undefined;
  return {
    session,
    moments,
    value: (ref) => itemOf(moments.value(ref.seq), ref.item),
    add(entry) {
      // Of entries that claim one place, the first counts; but a gap beside an entry claims none.
      const isSamePlace = before?.seq === entry.seq;
      const isDouble = isSamePlace && (before?.type === 'gap') === (entry.type === 'gap');
      before = entry;
      if (!isDouble) moments.add(entry, machine.apply(entry));
    },
  };
}

/** A message's value, or that of one item of a batch. */
export function itemOf(value: unknown, item: number | undefined): unknown {
  if (item === undefined) return value;
  return Array.isArray(value) ? value[item] : undefined;
}
