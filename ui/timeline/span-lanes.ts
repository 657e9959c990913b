/**
 * Which lane a span of others lies in. Whoever answers a call of the run with spans of its own is that
 * server, and has a strip below its lane; everything else is the work of the host.
 */
import { addTo } from '../../model/group.ts';
import type { Bars } from '../run/bars.ts';
import { type SpanBuffer, serviceOf } from '../run/span-buffer.ts';
import type { Lane } from './lanes.ts';
import type { Calls } from './span-times.ts';

export interface SpanLane extends Lane {
  /** Indices of its spans, as they came; a lane of calls or of a host that says nothing has none. */
  readonly spans?: readonly number[];
}

/** The lanes with the spans in them; those in `far` are left out. */
export function withSpans(
  lanes: readonly Lane[],
  spans: SpanBuffer,
  calls: Calls,
  far: ReadonlySet<number>,
): SpanLane[] {
  const shown = spans.all.map((_, index) => index).filter((index) => !far.has(index));
  if (shown.length === 0) return [...lanes];
  const services = servicesOf(spans, calls);
  const own = new Map<Lane, Map<string, number[]>>();
  for (const index of shown) {
    const service = serviceKey(spans, index);
    const lane = laneFor(lanes, services.get(service));
    if (!lane) continue;
    const groups = own.get(lane) ?? new Map<string, number[]>();
    own.set(lane, groups);
    addTo(groups, lane.kind === 'host' ? '' : service, index);
  }
  return lanes.flatMap((lane) => {
    const groups = [...(own.get(lane) ?? [])];
    if (lane.kind === 'host') return { ...lane, ...(groups[0] && { spans: groups[0][1] }) };
    return [lane, ...groups.map(([service, members]) => stripOf(lane, service, members, spans))];
  });
}

/** What is known of a service: the track that it answers, or the one that it asks. */
interface Service {
  readonly kind: 'host' | 'server';
  readonly track: number;
}

function servicesOf(spans: SpanBuffer, { bars, callers }: Calls): Map<string, Service> {
  const found = new Map<string, Service>();
  spans.all.forEach(({ spanId, kind, parentSpanId = '' }, index) => {
    const service = serviceKey(spans, index);
    const [made] = callers.get(spanId) ?? [];
    const [answered] = kind === 'server' ? (callers.get(parentSpanId) ?? []) : [];
    // Who asks is a host, whatever else it does.
    if (made !== undefined) found.set(service, { kind: 'host', track: trackOf(bars, made) });
    else if (answered !== undefined && !found.has(service))
      found.set(service, { kind: 'server', track: trackOf(bars, answered) });
  });
  return found;
}

function trackOf(bars: Bars, bar: number): number {
  return bars.track[bar] ?? 0;
}

/** Two processes of one service are two of them. */
function serviceKey({ all }: SpanBuffer, index: number): string {
  const span = all[index];
  const instance = span?.resource['service.instance.id'];
  return span ? `${serviceOf(span)} ${typeof instance === 'string' ? instance : ''}` : '';
}

/** Of a service that is not known to ask or to answer: the first host. */
function laneFor(lanes: readonly Lane[], service: Service | undefined): Lane | undefined {
  const { kind, track } = service ?? { kind: 'host' as const, track: undefined };
  return lanes.find(
    (lane) => lane.kind === kind && (track === undefined || lane.tracks.includes(track)),
  );
}

function stripOf(
  { key, colour }: Lane,
  service: string,
  members: readonly number[],
  { all }: SpanBuffer,
): SpanLane {
  const first = all[members[0] ?? 0];
  return {
    kind: 'spans',
    key: `spans ${service} ${key}`,
    name: first ? serviceOf(first) : '',
    detail: 'its own spans',
    tracks: [],
    colour,
    spans: members,
  };
}
