/**
 * The fewest things with which something still holds: delta debugging (A. Zeller, R. Hildebrandt,
 * Simplifying and isolating failure-inducing input, 2002), none at all being tried first. What is
 * left when there is no more time for it is not the fewest, and holds all the same.
 */
export async function fewest<T>(
  items: readonly T[],
  holds: (kept: readonly T[]) => Promise<boolean>,
  isOver: () => boolean,
): Promise<readonly T[]> {
  if (items.length === 0) return [];
  if (isOver()) return items;
  if (await holds([])) return [];
  let kept = items;
  let parts = 2;
  let tests = 0;
  while (kept.length > 1) {
    const size = Math.ceil(kept.length / parts);
    let smaller: readonly T[] | undefined;
    for (let at = 0; at < kept.length && !smaller; at += size) {
      if (++tests > MOST_TESTS || isOver()) return kept;
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await holds(rest)) smaller = rest;
    }
    if (smaller) {
      kept = smaller;
      parts = Math.max(parts - 1, 2);
    } else if (size === 1) return kept;
    else parts = Math.min(parts * 2, kept.length);
  }
  return kept;
}

/** Each test is a run or more; what is left after so many is small enough to read. */
const MOST_TESTS = 60;
