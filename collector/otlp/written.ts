/**
 * Spans and log records as the store keeps them, without their secrets. The rules read JSON texts,
 * since a secret is often known by the name beside it, so what is written of many goes through them
 * together. Only texts can be secrets: ids and times stay as they are, whatever a user's rule matches.
 */
import { createHash } from 'node:crypto';
import type { Redact } from '../../model/crossing.ts';
import type { ForeignLog } from '../../model/otel/foreign-log.ts';
import { encodeForeignLog } from '../../model/otel/foreign-log-text.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { encodeForeignSpan, type WrittenSpan } from '../../model/otel/foreign-span-text.ts';
import { type Packed, pack } from './packed.ts';

/** How items of one kind are written; a member of theirs that is undefined stands in no text. */
interface Writing<T, Texts> {
  readonly row: (item: T) => WrittenSpan;
  /** What its sender wrote freely. */
  readonly texts: (item: T) => Texts;
  readonly withTexts: (item: T, texts: Texts) => T;
}

/** Most batches have no secret, and are written once. */
function written<T, Texts>(
  items: readonly T[],
  redact: Redact,
  { row, texts, withTexts }: Writing<T, Texts>,
): Packed {
  const asSent = pack(items.map(row));
  if (redact(asSent.list).count === 0) return asSent;
  const clean = JSON.parse(redact(JSON.stringify(items.map(texts))).text) as readonly Texts[];
  return pack(items.map((item, index) => row(withTexts(item, clean[index] as Texts))));
}

export function writtenSpans(spans: readonly ForeignSpan[], redact: Redact): Packed {
  return written(spans, redact, {
    row: (span) => ({
      traceId: span.traceId,
      spanId: span.spanId,
      line: encodeForeignSpan(span),
    }),
    texts({ name, scope, traceState, statusMessage, attributes, resource, events, links }) {
      return {
        own: { name, scope, traceState, statusMessage, attributes, resource },
        events: events.map((event) => ({ name: event.name, attributes: event.attributes })),
        links: links.map((link) => ({ attributes: link.attributes })),
      };
    },
    withTexts: (span, { own, events, links }) => ({
      ...span,
      ...(own as Pick<ForeignSpan, keyof typeof own>),
      events: span.events.map((event, index) => ({ ...event, ...events[index] })),
      links: span.links.map((link, index) => ({ ...link, ...links[index] })),
    }),
  });
}

export function writtenLogs(logs: readonly ForeignLog[], redact: Redact): Packed {
  return written(logs, redact, {
    row(log) {
      const line = encodeForeignLog(log);
      // A record has no id of its own; the same record sent again is the same line.
      const spanId = createHash('sha256').update(line).digest('hex').slice(0, 16);
      return { traceId: log.traceId, spanId, line };
    },
    texts: ({ severityText, eventName, body, attributes, resource, scope }) => ({
      severityText,
      eventName,
      body,
      attributes,
      resource,
      scope,
    }),
    withTexts: (log, texts) => ({ ...log, ...(texts as Pick<ForeignLog, keyof typeof texts>) }),
  });
}
