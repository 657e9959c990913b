/**
 * The rows of a run with the spans of others among them, in order of time; of one time the span first,
 * since calls are made in it. Rows are many and spans few, so only where spans stand is kept.
 */
export interface Among {
  readonly count: number;
  /** A place among the rows, or which of the spans it is. */
  at(position: number): { readonly place: number } | { readonly span: number };
}

/** `rows` and `spans`: their times, in order. */
export function among(rows: readonly number[], spans: readonly number[]): Among {
  const positions = spans.map(
    (time, index) => index + firstFrom(rows.length, (at) => (rows[at] ?? 0) >= time),
  );
  return {
    count: rows.length + spans.length,
    at(position) {
      const span = firstFrom(positions.length, (at) => (positions[at] ?? 0) >= position);
      return positions[span] === position ? { span } : { place: position - span };
    },
  };
}

/** The first of so many for which something holds that holds for all behind it. */
function firstFrom(count: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
