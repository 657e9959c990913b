/** The spans of an ExportTraceServiceRequest. */
import type {
  ForeignAttributes,
  ForeignSpan,
  ForeignSpanKind,
  ForeignSpanLink,
} from '../otel/foreign-span.ts';
import { type Collected, type Decode, type Reason, reject } from './decoded.ts';
import { type RawSpan, RESOURCE_SPANS, SCOPE_SPANS, SPAN, TRACES } from './schema.ts';

/** The scope of the spans that wiretape makes of messages. */
export const OWN_SCOPE = 'wiretape';

/** Who made a span. */
type Maker = Pick<ForeignSpan, 'resource' | 'scope'>;

export const decodeSpans: Decode<ForeignSpan> = (request) => {
  const collected: Collected<ForeignSpan> = { items: [], rejected: new Map() };
  for (const ofResource of request.read(TRACES).resourceSpans ?? []) {
    const { resource, scopeSpans = [] } = ofResource.read(RESOURCE_SPANS);
    for (const ofScope of scopeSpans) {
      const { scope, spans = [] } = ofScope.read(SCOPE_SPANS);
      const maker = { resource: resource?.attributes ?? {}, scope: scope?.name ?? '' };
      for (const span of spans) {
        const raw = span.read(SPAN);
        const reason = faultOf(raw, maker);
        if (reason) reject(collected, reason);
        else collected.items.push(spanOf(raw, maker));
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
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) && !isNone(id);
}

export function isSpanId(id: string | undefined): id is string {
  return id !== undefined && /^[0-9a-f]{16}$/.test(id) && !isNone(id);
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

function spanOf(raw: RawSpan, { resource, scope }: Maker): ForeignSpan {
  const { parentSpanId, traceState, status, events = [], links = [] } = raw;
  return {
    traceId: raw.traceId ?? '',
    spanId: raw.spanId ?? '',
    ...(parentSpanId === undefined || isNone(parentSpanId) ? undefined : { parentSpanId }),
    ...(traceState ? { traceState } : undefined),
    name: raw.name ?? '',
    kind: KINDS[raw.kind ?? 0] ?? 'unspecified',
    start: raw.startTimeUnixNano ?? 0n,
    end: raw.endTimeUnixNano ?? 0n,
    status: STATUSES[status?.code ?? 0] ?? 'unset',
    ...(status?.message ? { statusMessage: status.message } : undefined),
    attributes: raw.attributes ?? NONE,
    events: events.map(({ timeUnixNano = 0n, name = '', attributes = NONE }) => ({
      time: timeUnixNano,
      name,
      attributes,
    })),
    links: links.flatMap(linkOf),
    resource,
    scope,
  };
}

const NONE: ForeignAttributes = Object.freeze({});

/** A link that names no span leads nowhere. */
function linkOf({
  traceId,
  spanId,
  attributes = NONE,
}: NonNullable<RawSpan['links']>[number]): ForeignSpanLink[] {
  return isTraceId(traceId) && isSpanId(spanId) ? [{ traceId, spanId, attributes }] : [];
}
