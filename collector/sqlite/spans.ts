/** What the store contract says of spans, on portions (span-portions.ts). */
import type { SpanRows } from '../span-rows.ts';
import type { SpanBounds, SpanRange, StoredSpan } from '../store.ts';
import type { Database } from './driver.ts';
import {
  createSpanPortions,
  type Keys,
  type Portion,
  type PortionRows,
  type SpanPortions,
} from './span-portions.ts';

/** All but reading runs inside a transaction of the caller. */
export interface Spans {
  add(tenant: string, spans: SpanRows, now: number): void;
  read(tenant: string, traceIds: readonly string[], range: SpanRange): StoredSpan[];
  erase(tenant: string, traceIds: readonly string[]): boolean;
  /** `bytes`: what is left. */
  trim(tenant: string, bounds: SpanBounds): { bytes: number; dropped: boolean };
}

/** The number under which a span is read on is that of its portion times this, and that of its row. */
const ROWS = 2 ** 32;

export function createSpans(database: Database): Spans {
  const portions = createSpanPortions(database);
  return {
    add(tenant, spans, now) {
      const { number, bytes } = portions.at(tenant, now);
      portions.note(number, now, bytes + portions.rows(number).insert(spans));
    },
    read: (tenant, traceIds, range) => read(holding(portions, tenant, traceIds), traceIds, range),
    erase(tenant, traceIds) {
      const found = holding(portions, tenant, traceIds);
      for (const { number, last } of found)
        portions.note(number, last, portions.rewrite(number, traceIds));
      return found.length > 0;
    },
    trim(tenant, { since, bytes }) {
      const known = portions.of(tenant);
      let held = known.reduce((sum, portion) => sum + portion.bytes, 0);
      const gone = known.filter((portion) => {
        if (portion.last >= since && held <= bytes) return false;
        held -= portion.bytes;
        return true;
      });
      for (const { number } of gone) portions.drop(number);
      return { bytes: held, dropped: gone.length > 0 };
    },
  };
}

interface Holding extends Portion {
  readonly rows: PortionRows;
}

/** The portions that have a span of some of these traces. */
function holding(portions: SpanPortions, tenant: string, traceIds: readonly string[]): Holding[] {
  const traces = traceIds.map(keysOf);
  return portions
    .of(tenant)
    .map((portion) => ({ ...portion, rows: portions.rows(portion.number) }))
    .filter(({ rows }) => traces.some((keys) => rows.after(keys, 0, 1).length > 0));
}

interface Found {
  readonly number: number;
  readonly row: number;
  readonly rows: PortionRows;
}

function read(
  portions: readonly Holding[],
  traceIds: readonly string[],
  range: SpanRange,
): StoredSpan[] {
  const { after, limit } = range;
  const traces = [...new Set(traceIds)].map(keysOf);
  const found: Found[] = [];
  const earlier: PortionRows[] = [];
  for (const { number, rows } of portions) {
    if (found.length >= limit) break;
    const own = traces.flatMap((keys) => rows.after(keys, after - number * ROWS, limit));
    // What was sent again a day later stands in two portions, and is told once.
    const news = own.filter(({ id }) => !earlier.some((one) => one.has(id)));
    for (const { row } of news) found.push({ number: number * ROWS + row, row, rows });
    earlier.push(rows);
  }
  return withinBytes(found.sort((a, b) => a.number - b.number).slice(0, limit), range);
}

function withinBytes(found: readonly Found[], { bytes }: SpanRange): StoredSpan[] {
  const given: StoredSpan[] = [];
  let left = bytes;
  for (const { number, row, rows } of found) {
    const line = rows.line(row);
    left -= Buffer.byteLength(line);
    if (left < 0 && given.length > 0) break;
    given.push({ number, line });
  }
  return given;
}

function keyOf(traceId: string, spanId: string): Uint8Array {
  return Buffer.from(traceId + spanId, 'hex');
}

function keysOf(traceId: string): Keys {
  return [keyOf(traceId, '0'.repeat(16)), keyOf(traceId, 'f'.repeat(16))];
}
