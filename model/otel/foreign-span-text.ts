/**
 * A foreign span as one line of JSON: how stores keep it and how it crosses to the page. Times are
 * decimal text, since nanoseconds since 1970 are more than a JSON number holds.
 */
import { isObject, parseJson } from '../json.ts';
import type { ForeignAttributes, ForeignSpan } from './foreign-span.ts';

/** A span as it is kept: its name, and its line. A log record of a span is kept with it, under a name of its own. */
export interface WrittenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly line: string;
}

/**
 * Put together by hand: a collector writes many thousands a second. What is no text of a sender (ids
 * in hexadecimal, numbers, words of ours) needs no escapes.
 */
export function encodeForeignSpan(span: ForeignSpan): string {
  const { traceId, spanId, parentSpanId, kind, start, end, status } = span;
  const events = span.events.map((event) => ({ ...event, time: String(event.time) }));
  return (
    `{"traceId":"${traceId}","spanId":"${spanId}"${member('parentSpanId', parentSpanId)}` +
    `${member('traceState', span.traceState)}${member('name', span.name)}` +
    `,"kind":"${kind}","start":"${start}","end":"${end}","status":"${status}"` +
    `${member('statusMessage', span.statusMessage)}${member('attributes', span.attributes)}` +
    `${member('events', events)}${member('links', span.links)}` +
    `,"resource":${textOfResource(span.resource)}${member('scope', span.scope)}}`
  );
}

function member(name: string, value: unknown): string {
  if (value === undefined) return '';
  const isEmpty = Array.isArray(value) && value.length === 0;
  return `,"${name}":${isEmpty ? '[]' : JSON.stringify(value)}`;
}

/** All spans of a resource have the same object for it. */
function textOfResource(resource: ForeignAttributes): string {
  const known = RESOURCES.get(resource);
  if (known !== undefined) return known;
  const text = JSON.stringify(resource);
  RESOURCES.set(resource, text);
  return text;
}

const RESOURCES = new WeakMap<ForeignAttributes, string>();

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
