/**
 * What was asked for at once: requests that were sent before any of their answers was read. It is a
 * guess about who asked, made from the traffic, wherever nothing says what belongs to one turn.
 */

/** When something was asked, and when its answer was read. */
export interface Times<T> {
  asked(item: T): number;
  told(item: T): number;
}

/** The batches among these items, which are sorted by when they were asked. */
export function batchesOf<T>(items: Iterable<T>, { asked, told }: Times<T>): T[][] {
  const batches: T[][] = [];
  let first = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const last = batches.at(-1);
    if (last && asked(item) < first) {
      last.push(item);
      first = Math.min(first, told(item));
    } else {
      batches.push([item]);
      first = told(item);
    }
  }
  return batches;
}
