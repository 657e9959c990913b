/**
 * What was asked for at once: requests of which their host says so, else requests that were sent
 * before any of their answers was read. That is a guess about who asked, made from the traffic.
 */

/** When something was asked, when its answer was read, and the turn that its host says it is of. */
export interface Times<T> {
  asked(item: T): number;
  told(item: T): number;
  turn?(item: T): string | undefined;
}

/** The batches among these items, which are sorted by when they were asked. */
export function batchesOf<T>(items: Iterable<T>, { asked, told, turn }: Times<T>): T[][] {
  const batches: T[][] = [];
  const marked = new Map<string, T[]>();
  let last: T[] | undefined;
  let first = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const mark = turn?.(item);
    const known = mark === undefined ? undefined : marked.get(mark);
    if (known) known.push(item);
    else if (mark !== undefined) marked.set(mark, begin(item));
    else if (last && asked(item) < first) {
      last.push(item);
      first = Math.min(first, told(item));
    } else {
      last = begin(item);
      first = told(item);
    }
  }
  return batches;

  function begin(item: T): T[] {
    const batch = [item];
    batches.push(batch);
    return batch;
  }
}
