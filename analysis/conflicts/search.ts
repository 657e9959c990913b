/** The search for conflicts over data: one walk over all operations, with one watcher for each class. */
import type { LostUpdates } from '../lost-update/found.ts';
import type { Material } from '../rules/rule.ts';
import { abortedReadWatcher } from './aborted.ts';
import { cascadesOf, type Root } from './cascade.ts';
import { changeWatcher } from './changed.ts';
import { contextOf } from './context.ts';
import { createGroups, type Grouped } from './groups.ts';
import { overlapWatcher } from './overlaps.ts';
import { staleOverwriteWatcher } from './stale.ts';
import { staleUseWatcher } from './used.ts';
import { placeKey, walk } from './walk.ts';

export interface Conflicts {
  readonly list: readonly Grouped[];
  /** How often one operation was compared with another. */
  readonly comparisons: number;
}

export function searchConflicts(
  from: Pick<Material, 'operations' | 'lostUpdates' | 'order'>,
): Conflicts {
  const operations = [...from.operations()].sort((a, b) => a.start - b.start);
  const groups = createGroups(placesOf(from.lostUpdates()));
  const roots: Root[] = [];
  let comparisons = 0;
  const context = contextOf(operations, {
    hasEnough: groups.hasEnough,
    report(conflict) {
      groups.add(conflict);
      const { taints } = conflict;
      if (taints && roots.length < MOST) roots.push({ ...conflict, taints });
    },
    compares() {
      comparisons += 1;
    },
  });
  walk(operations, context.agentOf, [
    overlapWatcher(context),
    staleOverwriteWatcher(context),
    staleUseWatcher(context),
    changeWatcher(context),
    abortedReadWatcher(context),
  ]);
  const cascades = cascadesOf(roots, operations, context, (about) => from.order().sourcesOf(about));
  for (const cascade of cascades) groups.add(cascade);
  return { list: groups.list(), comparisons };
}

/** Of so many conflicts is followed what came of them. */
const MOST = 1_000;

function placesOf(lostUpdates: readonly LostUpdates[]): Set<string> {
  const writes = lostUpdates.flatMap(({ lost, doubt }) =>
    doubt ? [] : lost.map(({ write }) => write),
  );
  return new Set(
    writes.flatMap((write) => write.accesses.map((access) => placeKey(write, access.resource))),
  );
}
