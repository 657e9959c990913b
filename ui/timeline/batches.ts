/** What a host asked for at once, as intervals of its lane. Unless it says so itself it is a guess, and the page says so. */
import * as order from '../../analysis/order/batches.ts';
import { type Bars, FAILED, FROM_SERVER, OPEN, SET_UP } from '../run/bars.ts';

/** One interval a batch; `calls` are bars. */
export interface Batches {
  readonly length: number;
  readonly start: readonly number[];
  readonly end: readonly number[];
  readonly flags: readonly number[];
  readonly calls: readonly (readonly number[])[];
  /** Its host says that these belong together. */
  readonly isSaid: readonly boolean[];
}

/** The batches among these bars, which are sorted by start. */
export function batchesOf(bars: Bars, members: readonly number[]): Batches {
  const asked = members.filter((bar) => ((bars.flags[bar] ?? 0) & (FROM_SERVER | SET_UP)) === 0);
  const calls = order.batchesOf(asked, {
    asked: (bar) => bars.start[bar] ?? 0,
    told: (bar) => bars.end[bar] ?? 0,
    turn: (bar) => (bars.turn[bar] ? String(bars.turn[bar]) : undefined),
  });
  return {
    length: calls.length,
    start: calls.map(([first = 0]) => bars.start[first] ?? 0),
    end: calls.map((own) => own.reduce((latest, bar) => Math.max(latest, bars.end[bar] ?? 0), 0)),
    flags: calls.map((own) =>
      own.reduce((flags, bar) => flags | ((bars.flags[bar] ?? 0) & (FAILED | OPEN)), 0),
    ),
    calls,
    isSaid: calls.map(([first = 0]) => (bars.turn[first] ?? 0) !== 0),
  };
}

/** What a batch is called, from the longest to the shortest: `batch 3 (inferred) · 20 calls`. */
export function batchLabels({ calls, isSaid }: Batches, batch: number): readonly string[] {
  const count = calls[batch]?.length ?? 0;
  const name = `${isSaid[batch] ? 'turn' : 'batch'} ${batch + 1}`;
  const known = isSaid[batch] ? name : `${name} (inferred)`;
  const whole = `${known}${count > 1 ? ` · ${count} calls` : ''}`;
  return [...new Set([whole, known, name, String(batch + 1)])];
}

export function batchLabel(batches: Batches, batch: number): string {
  return batchLabels(batches, batch)[0] ?? '';
}
