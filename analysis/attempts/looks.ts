/** Whether a client looked at what a server keeps between two moments. */
import { groupBy } from '../../model/group.ts';
import type { Operation } from '../footprint/operation.ts';
import { countOf } from '../spans.ts';

export interface Looks {
  /** Whether a read of the same server began after one operation was sent and was answered before another was. */
  between(after: Operation, before: Operation): boolean;
}

/** The reads of each server, sorted once, so that each question takes a search of halves. */
export function createLooks(operations: readonly Operation[]): Looks {
  const reads = operations.filter(({ kind, ok }) => ok && (kind === 'R' || kind === 'L'));
  const byServer = new Map(
    [...groupBy(reads, placeOf)].map(([place, own]) => [place, sorted(own)] as const),
  );
  return {
    between(after, before) {
      const { ends = [], latest = [] } = byServer.get(placeOf(after)) ?? {};
      const count = countOf(ends, (end) => end < before.start);
      return count > 0 && (latest[count - 1] ?? 0) > after.start;
    },
  };
}

/** Reads by their end; for each, the latest start of it and all before. */
function sorted(reads: readonly Operation[]): { ends: number[]; latest: number[] } {
  const inOrder = [...reads].sort((a, b) => a.end - b.end);
  let last = Number.NEGATIVE_INFINITY;
  return {
    ends: inOrder.map(({ end }) => end),
    latest: inOrder.map(({ start }) => {
      last = Math.max(last, start);
      return last;
    }),
  };
}

function placeOf({ view, container }: Operation): string {
  return `${view.session.head?.clock.boot} ${container.server}`;
}
