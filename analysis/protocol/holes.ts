/** Where a recording has holes, and what one of another tool cannot show: there rules are silent. */
import type { Peer } from '../../model/entry.ts';
import type { Lack } from '../../model/import/imported.ts';
import type { Session, WholeView } from '../../model/session.ts';

export type IsHole = (after: number, before: number, from?: Peer) => boolean;

/** Whether entries were lost, or not kept well enough to be read, between two places. */
export function holesOf({ gaps, unread }: Session): IsHole {
  const lost = gaps.map(({ seq }) => seq);
  const of = (peer: Peer) => unread.filter(({ from }) => from === peer).map(({ seq }) => seq);
  const unreadOf: Readonly<Record<Peer, readonly number[]>> = {
    client: of('client'),
    server: of('server'),
  };
  return (after, before, from) => {
    const sides = from ? [unreadOf[from]] : [unreadOf.client, unreadOf.server];
    return [lost, ...sides].some((places) => hasBetween(places, after, before));
  };
}

/** `places` are in order; a session with a hundred thousand of them asks as often. */
function hasBetween(places: readonly number[], after: number, before: number): boolean {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  const next = places[low];
  return next !== undefined && next < before;
}

/** Without these no rule can judge. */
const ALWAYS: readonly Lack[] = ['direction', 'order', 'exchanges', 'rest', 'values'];

/** Whether a capture by another tool lacks what a rule needs. */
export function lackingOf(view: WholeView): (needs?: readonly Lack[]) => boolean {
  const imported = view.session.head?.imported;
  if (!imported) return () => false;
  const lacks = new Set<string>(imported.lacks);
  for (const { entry } of view.moments) {
    if ('imported' in entry) for (const lack of entry.imported?.lacks ?? []) lacks.add(lack);
  }
  return (needs = []) => [...ALWAYS, ...needs].some((need) => lacks.has(need));
}
