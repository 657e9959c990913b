/**
 * What a host asked for at once, inferred from the traffic: a batch is the requests that were sent before
 * any of their responses was read. It is a guess about the host, and the page says so.
 */
import { type Bars, FAILED, FROM_SERVER, OPEN, SET_UP } from '../run/bars.ts';

/** One interval a batch; `calls` are bars. */
export interface Batches {
  readonly length: number;
  readonly start: readonly number[];
  readonly end: readonly number[];
  readonly flags: readonly number[];
  readonly calls: readonly (readonly number[])[];
}

/** The batches among these bars, which are sorted by start. */
export function batchesOf(bars: Bars, members: readonly number[]): Batches {
  const calls: number[][] = [];
  let answered = 0;
  for (const bar of members) {
    if (((bars.flags[bar] ?? 0) & (FROM_SERVER | SET_UP)) !== 0) continue;
    const last = calls.at(-1);
    if (last && (bars.start[bar] ?? 0) < answered) {
      last.push(bar);
      answered = Math.min(answered, bars.end[bar] ?? 0);
    } else {
      calls.push([bar]);
      answered = bars.end[bar] ?? 0;
    }
  }
  return {
    length: calls.length,
    start: calls.map(([first = 0]) => bars.start[first] ?? 0),
    end: calls.map((own) => own.reduce((latest, bar) => Math.max(latest, bars.end[bar] ?? 0), 0)),
    flags: calls.map((own) =>
      own.reduce((flags, bar) => flags | ((bars.flags[bar] ?? 0) & (FAILED | OPEN)), 0),
    ),
    calls,
  };
}

/** What a batch is called, from the longest to the shortest: `batch 3 (inferred) · 20 calls`. */
export function batchLabels({ calls }: Batches, batch: number): readonly string[] {
  const count = calls[batch]?.length ?? 0;
  const name = `batch ${batch + 1}`;
  const whole = `${name} (inferred)${count > 1 ? ` · ${count} calls` : ''}`;
  return [whole, `${name} (inferred)`, name, String(batch + 1)];
}

export function batchLabel(batches: Batches, batch: number): string {
  return batchLabels(batches, batch)[0] ?? '';
}
