/**
 * What happened in a span, by time: its own events, and the log records that name it, as which
 * instrumentations of model calls tell the messages of a call.
 */
import type { ForeignLog } from '../../model/otel/foreign-log.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';

/** Values for JSON. A record without a name, a body or a time has none here either. */
export function eventsOf(span: ForeignSpan, logs: readonly ForeignLog[]): readonly object[] {
  const sinceStart = (time: bigint): string | undefined =>
    time === 0n ? undefined : `${(Number(time - span.start) / 1e9).toFixed(6)} s`;
  return [...span.events, ...logs.map(recordOf)]
    .sort((a, b) => Number(a.time - b.time))
    .map(({ time, ...said }) => ({ at: sinceStart(time), ...said }));
}

function recordOf({ time, eventName, severity, severityText, body, attributes }: ForeignLog) {
  return { time, name: eventName, severity: severityText ?? severity, body, attributes };
}
