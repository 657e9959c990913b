/**
 * What a tap has sent of the spans of its session, and knows to have arrived: whoever exports the
 * session to the same endpoint leaves those out. A tap that was killed has said less than was so.
 */
import { parseReference, type SpansConfirmed } from '../entry.ts';
import type { Session } from '../session.ts';
import { ATTRIBUTE } from './conventions.ts';
import type { Span } from './span.ts';

/** Gives what says of a span whether it arrived there. `endpoint`: an origin, such as `http://127.0.0.1:4318`. */
export function confirmedBy(
  { session }: { readonly session: Session },
  endpoint: string,
): (span: Span) => boolean {
  const told = session.confirmedSpans;
  return isIn(told?.endpoint === endpoint ? told : undefined);
}

/** Whether a span is among those that were confirmed. */
export function isIn(told: SpansConfirmed | undefined): (span: Span) => boolean {
  if (!told) return () => false;
  const isLeftOut = contains(told.without);
  return (span) => {
    const seq = seqOf(span);
    return seq <= told.upTo && !isLeftOut(seq);
  };
}

/** Where the entry stands that a span begins with: that of the session is its opening one. */
export function seqOf({ attributes }: Pick<Span, 'attributes'>): number {
  return parseReference(String(attributes[ATTRIBUTE.request]))?.seq ?? 0;
}

/** Whether a seq is in one of the ranges, however many a recording claims. */
function contains(ranges: SpansConfirmed['without']): (seq: number) => boolean {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  let furthest = -1;
  const ends = sorted.map(([, end]) => {
    furthest = Math.max(furthest, end);
    return furthest;
  });
  return (seq) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.[0] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return (ends[low - 1] ?? -1) >= seq;
  };
}
