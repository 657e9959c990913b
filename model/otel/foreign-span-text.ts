/**
 * A foreign span as one line of JSON: how stores keep it and how it crosses to the page. Times are
 * decimal text, since nanoseconds since 1970 are more than a JSON number holds.
 */
import { isObject, parseJson } from '../json.ts';
import type { ForeignSpan } from './foreign-span.ts';

/** A span as it is kept: its name, and its line. A log record of a span is kept with it, under a name of its own. */
export interface WrittenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly line: string;
}

export function encodeForeignSpan(span: ForeignSpan): string {
  return JSON.stringify({
    ...span,
    start: String(span.start),
    end: String(span.end),
    events: span.events.map((event) => ({ ...event, time: String(event.time) })),
  });
}

/** Undefined for a text that `encodeForeignSpan` did not write. */
export function decodeForeignSpan(line: string): ForeignSpan | undefined {
  const parsed = parseJson(line);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const written = parsed.value as unknown as Written;
  try {
    return {
      ...written,
      start: BigInt(written.start),
      end: BigInt(written.end),
      events: written.events.map((event) => ({ ...event, time: BigInt(event.time) })),
    };
  } catch {
    return undefined;
  }
}

type Written = Omit<ForeignSpan, 'start' | 'end' | 'events'> & {
  readonly start: string;
  readonly end: string;
  readonly events: readonly (Omit<ForeignSpan['events'][number], 'time'> & {
    readonly time: string;
  })[];
};
