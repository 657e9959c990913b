/** How busy sessions were over time, from their bursts: a few numbers for a sparkline. */
import type { SessionSummary } from '../../model/summary.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Messages in each of `count` equal parts of the span (µs of the machine's clock), shares of the busiest. */
export function activity(
  sessions: readonly SessionSummary[],
  { from, to }: Span,
  count: number,
): number[] {
  const parts = Array.from({ length: count }, () => 0);
  const width = Math.max(1, to - from) / count;
  for (const { start, bursts } of sessions) {
    for (const { first, last, messages } of bursts) {
      const [left, right] = [(start + first - from) / width, (start + last - from) / width];
      if (right < 0 || left > count) continue;
      spread(parts, Math.max(0, left), Math.min(count - 1, right), messages);
    }
  }
  const most = Math.max(...parts, 1e-9);
  return parts.map((value) => value / most);
}

/** A burst is taken as even, since only its ends are known. */
function spread(parts: number[], left: number, right: number, messages: number): void {
  const first = Math.min(parts.length - 1, Math.floor(left));
  const last = Math.min(parts.length - 1, Math.floor(right));
  for (let part = first; part <= last; part++)
    parts[part] = (parts[part] ?? 0) + messages / (last - first + 1);
}

/** A few bursts make no picture. */
const LEAST_BURSTS = 6;

export function isUneven(sessions: readonly SessionSummary[]): boolean {
  return sessions.reduce((count, { bursts }) => count + bursts.length, 0) >= LEAST_BURSTS;
}
