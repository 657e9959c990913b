/**
 * A foreign span as one line of JSON: how stores keep it and how it crosses to the page. It is written
 * from what a sender sent (otlp/spans.ts), and never made of one that was read. Times are decimal text, since nanoseconds since 1970 are more than a JSON number holds.
 */
import { isObject, parseJson } from '../json.ts';
import type { ForeignSpan } from './foreign-span.ts';

/** Undefined for a text that is no such line. */
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
