/**
 * The spans of others that a run's trace has, in the order in which they came, and their log records.
 * A plain buffer that only grows; times are those of the clocks of whoever made them.
 */
import { addTo } from '../../model/group.ts';
import type { ForeignLog } from '../../model/otel/foreign-log.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';

export interface SpanBuffer {
  readonly all: readonly ForeignSpan[];
  /** Its index, by its id. */
  find(spanId: string | undefined): number | undefined;
  childrenOf(spanId: string): readonly number[];
  /** The log records that name a span, which may come before it. */
  logsOf(spanId: string): readonly ForeignLog[];
}

export interface GrowingSpans extends SpanBuffer {
  /** How many spans and log records there are. */
  readonly size: number;
  /** A span that is there already is passed over. */
  add(item: ForeignSpan | ForeignLog): void;
}

export function createSpanBuffer(): GrowingSpans {
  const all: ForeignSpan[] = [];
  const indexOf = new Map<string, number>();
  const children = new Map<string, number[]>();
  const logs = new Map<string, ForeignLog[]>();
  let logCount = 0;
  return {
    all,
    get size() {
      return all.length + logCount;
    },
    find: (spanId = '') => indexOf.get(spanId),
    childrenOf: (spanId) => children.get(spanId) ?? [],
    logsOf: (spanId) => logs.get(spanId) ?? [],
    add(item) {
      const { spanId } = item;
      if ('time' in item) {
        logCount++;
        addTo(logs, spanId, item);
      } else if (!indexOf.has(spanId)) {
        const index = all.push(item) - 1;
        indexOf.set(spanId, index);
        if (item.parentSpanId !== undefined) addTo(children, item.parentSpanId, index);
      }
    },
  };
}

/** Who made it: `service.name`, as its resource says. */
export function serviceOf({ resource }: ForeignSpan): string {
  const name = resource['service.name'];
  return typeof name === 'string' && name !== '' ? name : 'unknown service';
}

/** A text attribute; undefined when there is none. */
export function textAttribute({ attributes }: ForeignSpan, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
