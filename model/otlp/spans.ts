/** The spans of an ExportTraceServiceRequest, as lines (otel/foreign-span-text.ts). */
import type { ForeignSpan, ForeignSpanKind } from '../otel/foreign-span.ts';
import { writeMember } from './any-value.ts';
import { type Collected, type Decode, type Reason, reject } from './decoded.ts';
import { keeping, type Maker, makersOf, type Put } from './line.ts';
import { type RawSpan, RESOURCE_SPANS, SCOPE_SPANS, SPAN, TRACES } from './schema.ts';

/** The scope of the spans that wiretape makes of messages. */
export const OWN_SCOPE = 'wiretape';

export const decodeSpans: Decode = (request, sink) => {
  const collected: Collected = { items: [], rejected: new Map() };
  const keep = keeping(collected, sink);
  for (const ofResource of request.read(TRACES).resourceSpans ?? []) {
    const { resource, scopeSpans = [] } = ofResource.read(RESOURCE_SPANS);
    const makerOf = makersOf(ofResource, resource);
    for (const ofScope of scopeSpans) {
      const { scope, spans = [] } = ofScope.read(SCOPE_SPANS);
      const maker = makerOf(scope);
      for (const span of spans) {
        const raw = span.read(SPAN);
        const reason = faultOf(raw, maker);
        if (reason) reject(collected, reason);
        else keep(span, raw, maker, (put) => putSpan(put, raw));
      }
    }
  }
  return collected;
};

function faultOf({ traceId, spanId, parentSpanId }: RawSpan, maker: Maker): Reason | undefined {
  if (!isTraceId(traceId)) return 'trace-id';
  if (!isSpanId(spanId)) return 'span-id';
  if (!isNone(parentSpanId) && !isSpanId(parentSpanId)) return 'parent-id';
  return maker.scope === OWN_SCOPE ? 'own' : undefined;
}

export function isTraceId(id: string | undefined): id is string {
  return id !== undefined && /^(?!0{32})[0-9a-f]{32}$/.test(id);
}

export function isSpanId(id: string | undefined): id is string {
  return id !== undefined && /^(?!0{16})[0-9a-f]{16}$/.test(id);
}

/** Some senders write zeros where there is no id. */
export function isNone(id: string | undefined): boolean {
  return id === undefined || /^0{0,32}$/.test(id);
}

/** By their numbers. */
const KINDS: readonly ForeignSpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];
const STATUSES: readonly ForeignSpan['status'][] = ['unset', 'ok', 'error'];

function putSpan(put: Put, raw: RawSpan): void {
  const { parentSpanId, traceState, kind, status, events = [], links = [] } = raw;
  const { startTimeUnixNano: start = 0n, endTimeUnixNano: end = 0n } = raw;
  put(`{"traceId":"${raw.traceId}","spanId":"${raw.spanId}"`);
  if (!isNone(parentSpanId)) put(`,"parentSpanId":"${parentSpanId}"`);
  if (traceState) put(',"traceState":', traceState);
  put(',"name":', raw.name ?? '""');
  put(`,"kind":"${KINDS[kind ?? 0] ?? 'unspecified'}","start":"${start}","end":"${end}"`);
  put(`,"status":"${STATUSES[status?.code ?? 0] ?? 'unset'}"`);
  if (status?.message) put(',"statusMessage":', status.message);
  put(',"attributes":{', raw.attributes, writeMember);
  put('},"events":[');
  for (const [index, { timeUnixNano = 0n, name = '""', attributes }] of events.entries()) {
    put(`${index > 0 ? ',' : ''}{"time":"${timeUnixNano}","name":`, name);
    put(',"attributes":{', attributes, writeMember);
    put('}}');
  }
  put('],"links":[');
  for (const [index, { traceId, spanId, attributes }] of links.filter(isLink).entries()) {
    put(`${index > 0 ? ',' : ''}{"traceId":"${traceId}","spanId":"${spanId}"`);
    put(',"attributes":{', attributes, writeMember);
    put('}}');
  }
  put(']');
}

/** A link that names no span leads nowhere. */
function isLink({ traceId, spanId }: NonNullable<RawSpan['links']>[number]): boolean {
  return isTraceId(traceId) && isSpanId(spanId);
}
