/**
 * Questions about overlap, answered by binary search over spans sorted by their start.
 *
 * Each place of the sorted list knows the two latest ends up to there, of which the second serves
 * whoever asks about all spans but its own. No question looks at the spans one by one.
 */
import type { Span } from './order.ts';

export interface Spans<T extends Span> {
  /**
   * Of the spans that overlap `span`, other than `self`, the one that ended last; undefined when
   * there is none.
   */
  lastOverlapping(span: Span, self?: T): T | undefined;
}

export function spansOf<T extends Span>(items: Iterable<T>): Spans<T> {
  const sorted = [...items].sort((a, b) => a.start - b.start);
  const latest: T[] = [];
  const second: (T | undefined)[] = [];
  for (const item of sorted) {
    const [first, next] = [latest.at(-1), second.at(-1)];
    if (first === undefined || item.end > first.end) {
      latest.push(item);
      second.push(first);
    } else {
      latest.push(first);
      second.push(next === undefined || item.end > next.end ? item : next);
    }
  }
  return {
    lastOverlapping(span, self) {
      const at = countOf(sorted, (item) => item.start <= span.end) - 1;
      const first = latest[at];
      const found = first === self ? second[at] : first;
      return found !== undefined && found.end >= span.start ? found : undefined;
    },
  };
}

/** How many items of a sorted list come before the first that does not fit. */
export function countOf<T>(sorted: readonly T[], fits: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && fits(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Spans listed under keys; each list is sorted when it is first asked. */
export interface SpanBoard<K> {
  put(key: K, span: Span): void;
  /** Whether a span of the key other than `self` overlaps `span`. */
  overlaps(key: K, span: Span, self: Span): boolean;
}

export function createSpanBoard<K>(): SpanBoard<K> {
  const lists = new Map<K, { spans: Span[]; sorted: Spans<Span> | undefined }>();
  return {
    put(key, span) {
      const list = lists.get(key);
      if (!list) lists.set(key, { spans: [span], sorted: undefined });
      else {
        list.spans.push(span);
        list.sorted = undefined;
      }
    },
    overlaps(key, span, self) {
      const list = lists.get(key);
      if (!list) return false;
      list.sorted ??= spansOf(list.spans);
      return list.sorted.lastOverlapping(span, self) !== undefined;
    },
  };
}
