/**
 * Order between operations of sessions that share a machine's clock.
 *
 * Effect-before: the answer to `a` had left its server before the request of `b` reached its own, so
 * `b` cannot have run before `a` was done. Equal microseconds are concurrent. Two numbers decide;
 * nothing here looks at more than two operations at once.
 */

/** When something may have run: from the moment its request was passed on to that of its answer. */
export interface Span {
  /** Microseconds of the machine's monotonic clock. */
  readonly start: number;
  /** Infinity when no answer came and the server may still run. */
  readonly end: number;
}

/** Whether `a` was done before `b` can have begun. */
export function isBefore(a: Span, b: Span): boolean {
  return a.end < b.start;
}

/** Whether neither was done before the other began. */
export function overlaps(a: Span, b: Span): boolean {
  return !isBefore(a, b) && !isBefore(b, a);
}
