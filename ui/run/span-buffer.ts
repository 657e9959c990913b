/**
 * The spans of others that a run's trace has, in the order in which they came. A plain buffer that only
 * grows; their times are those of the clocks of whoever made them.
 */
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';

export interface SpanBuffer {
  readonly all: readonly ForeignSpan[];
  /** Its index, by its id. */
  find(spanId: string | undefined): number | undefined;
  childrenOf(spanId: string): readonly number[];
}

export interface GrowingSpans extends SpanBuffer {
  /** A span that is there already is passed over. */
  add(span: ForeignSpan): void;
}

export function createSpanBuffer(): GrowingSpans {
  const all: ForeignSpan[] = [];
  const indexOf = new Map<string, number>();
  const children = new Map<string, number[]>();
  return {
    all,
    find: (spanId = '') => indexOf.get(spanId),
    childrenOf: (spanId) => children.get(spanId) ?? [],
    add(span) {
      const { spanId, parentSpanId } = span;
      if (indexOf.has(spanId)) return;
      const index = all.push(span) - 1;
      indexOf.set(spanId, index);
      if (parentSpanId === undefined) return;
      const siblings = children.get(parentSpanId);
      if (siblings) siblings.push(index);
      else children.set(parentSpanId, [index]);
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
