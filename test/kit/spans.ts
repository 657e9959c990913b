/** Spans that somebody else made, for tests. */
import { rowsOf, type SpanRows } from '../../collector/span-rows.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { bytesOf } from '../../model/text.ts';

/** 1 ms in 2026, in nanoseconds since 1970. */
const WALL = 1_795_600_000_000_000_000n;

/** Ids from numbers, so that a test can name them. */
export function traceIdOf(n: number): string {
  return `a${n.toString(16).padStart(31, '0')}`;
}

export function spanIdOf(n: number): string {
  return `b${n.toString(16).padStart(15, '0')}`;
}

/** A span of a trace and a number; all else may be given. */
export function foreignSpan(
  trace: number,
  span: number,
  more: Partial<ForeignSpan> = {},
): ForeignSpan {
  return {
    traceId: traceIdOf(trace),
    spanId: spanIdOf(span),
    name: `chat ${span}`,
    kind: 'client',
    start: WALL + BigInt(span) * 1_000_001n,
    end: WALL + BigInt(span) * 1_000_001n + 500_003n,
    status: 'unset',
    attributes: { 'gen_ai.operation.name': 'chat' },
    events: [],
    links: [],
    resource: { 'service.name': 'agent' },
    scope: 'test',
    ...more,
  };
}

/** A span as a store keeps it. */
export function lineOf({ events, ...span }: ForeignSpan): string {
  const { traceId, spanId, parentSpanId, traceState, name, kind, start, end, status } = span;
  const { statusMessage, attributes, links, resource, scope } = span;
  return JSON.stringify({
    ...{ traceId, spanId, parentSpanId, traceState, name, kind },
    ...{ start: String(start), end: String(end), status, statusMessage, attributes },
    events: events.map((event) => ({ ...event, time: String(event.time) })),
    ...{ links, resource, scope },
  });
}

/** Spans as a store takes them. */
export function written(...spans: readonly ForeignSpan[]): SpanRows {
  return rowsOf(spans, bytesOf(`[${spans.map(lineOf).join(',\n')}]`));
}
