/** Spans as metrics: how long operations and sessions took, as histograms of each server. */
import { ATTRIBUTE, BUCKETS, METRIC_ATTRIBUTES, METRICS } from './conventions.ts';
import type { Attributes, SessionSpans, Span } from './span.ts';

/** `delta`: of these spans only. `cumulative`: of all since their first. */
export type Temporality = 'delta' | 'cumulative';

/** Spans that say the same of themselves. */
export interface HistogramPoint {
  readonly attributes: Attributes;
  /** Nanoseconds since 1970: of the first start and the last end. */
  start: bigint;
  end: bigint;
  count: number;
  /** In seconds, as are the least and the most. */
  sum: number;
  min: number;
  max: number;
  /** One more than there are bounds. */
  readonly buckets: number[];
}

export interface Histogram {
  readonly name: string;
  readonly points: readonly HistogramPoint[];
}

/** The histograms of one server, whatever sessions it had. */
export interface ServerMetrics {
  readonly resource: Attributes;
  readonly histograms: readonly Histogram[];
}

/** Points by what they say, of each histogram by its name, of each server by its resource. */
type Points = Map<string, HistogramPoint>;
interface Server {
  readonly resource: Attributes;
  readonly histograms: Map<string, Points>;
}

/** `side`: whose the spans of sessions are. What is not over yet took no time yet. */
export function toMetrics(
  sessions: readonly SessionSpans[],
  side: 'server' | 'client' = 'server',
): ServerMetrics[] {
  const servers = new Map<string, Server>();
  for (const { resource, spans } of sessions) {
    // The instance is the session.
    const { [ATTRIBUTE.serviceInstance]: _, ...own } = resource;
    const key = JSON.stringify(own);
    const server: Server = servers.get(key) ?? { resource: own, histograms: new Map() };
    servers.set(key, server);
    for (const span of spans) addSpan(server, span, side);
  }
  return [...servers.values()].map(({ resource, histograms }) => ({
    resource,
    histograms: [...histograms].map(([name, points]) => ({ name, points: [...points.values()] })),
  }));
}

function addSpan({ histograms }: Server, span: Span, side: 'server' | 'client'): void {
  const state = span.attributes[ATTRIBUTE.state];
  const isSession = span.kind === 'internal';
  // A broken message is no operation.
  if (span.attributes[ATTRIBUTE.faults] !== undefined) return;
  if (isSession ? state !== 'ended' : state === 'open') return;
  const what = isSession ? 'session' : 'operation';
  const name = METRICS[span.kind === 'internal' ? side : span.kind][what];
  const attributes = Object.fromEntries(
    METRIC_ATTRIBUTES[what].flatMap((key) => {
      const value = span.attributes[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const points: Points = histograms.get(name) ?? new Map();
  histograms.set(name, points);
  const key = JSON.stringify(attributes);
  const point = points.get(key) ?? emptyPoint(attributes, span);
  points.set(key, point);
  addTo(point, span);
}

function emptyPoint(attributes: Attributes, { start, end }: Span): HistogramPoint {
  const buckets = new Array<number>(BUCKETS.length + 1).fill(0);
  const none = { count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: 0 };
  return { attributes, start, end, ...none, buckets };
}

function addTo(point: HistogramPoint, { start, end }: Span): void {
  const seconds = Number(end - start) / 1e9;
  const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
  const at = bucket === -1 ? BUCKETS.length : bucket;
  point.buckets[at] = (point.buckets[at] ?? 0) + 1;
  point.count++;
  point.sum += seconds;
  point.min = Math.min(point.min, seconds);
  point.max = Math.max(point.max, seconds);
  if (start < point.start) point.start = start;
  if (end > point.end) point.end = end;
}
