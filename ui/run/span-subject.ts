/** What a query can ask of a span that somebody else made. */
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import type { Subject } from '../query.ts';
import { serviceOf, textAttribute } from './span-buffer.ts';

export function subjectOfSpan(span: ForeignSpan): Subject {
  const attribute = (name: string): string => (textAttribute(span, name) ?? '').toLowerCase();
  return {
    server: serviceOf(span).toLowerCase(),
    tool: attribute('gen_ai.tool.name'),
    method: attribute('mcp.method.name'),
    subject: span.name.toLowerCase(),
    id: span.spanId,
    kind: 'span',
    states: new Set(span.status === 'error' ? ['error'] : []),
  };
}
