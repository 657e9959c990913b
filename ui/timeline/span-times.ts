/**
 * Where spans of others stand on the time axis of a run. They have wall time; messages have the
 * monotonic time of sessions, whose wall time is written down to the millisecond.
 */
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { type Bars, FAILED } from '../run/bars.ts';
import { textAttribute } from '../run/span-buffer.ts';
import type { Intervals } from './pack.ts';

/** A turn of an agent or other work that holds more; a tool that an agent runs. All others are plain. */
export const HOLDER = 256;
export const TOOL = 512;

/** All spans of a run; times in µs since it began, which those before its first message are less than 0. */
export interface SpanTimes extends Intervals {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly flags: Uint16Array;
}

/** In ns: what was cut off from the wall time of a session. */
const CUT_OFF = 1_000_000n;

/** Nanoseconds since 1970 when the run began. The session whose wall time lost least says it best. */
export function wallOfRun(sessions: readonly SessionSummary[], from: number): bigint {
  const walls = sessions.map(({ wall, start }) => (Date.parse(wall) || 0) * 1000 + from - start);
  return BigInt(Math.round(Math.max(0, ...walls))) * 1000n;
}

export interface Calls {
  readonly bars: Bars;
  /** The calls that were made in a span, by its id. */
  readonly callers: ReadonlyMap<string, readonly number[]>;
}

export function timesOf(
  spans: readonly ForeignSpan[],
  wall: bigint,
  { bars, callers }: Calls,
): SpanTimes {
  const micros = (time: bigint): number => Number(time - wall) / 1000;
  // No call is made before the span that it is made in.
  const late = spans.reduce((most, { spanId, start }) => {
    const [first] = callers.get(spanId) ?? [];
    return first === undefined ? most : Math.max(most, micros(start) - (bars.start[first] ?? 0));
  }, 0);
  const shift = Math.min(late, Number(CUT_OFF) / 1000);
  const times = {
    start: new Float64Array(spans.length),
    end: new Float64Array(spans.length),
    flags: new Uint16Array(spans.length),
  };
  spans.forEach((span, index) => {
    times.start[index] = micros(span.start) - shift;
    times.end[index] = Math.max(micros(span.end), micros(span.start)) - shift;
    times.flags[index] = (span.status === 'error' ? FAILED : 0) | lookOf(span);
  });
  return times;
}

/** By the conventions for generative AI; of others, who calls a server by MCP runs a tool. */
function lookOf(span: ForeignSpan): number {
  const operation = textAttribute(span, 'gen_ai.operation.name');
  if (operation === 'execute_tool' || textAttribute(span, 'mcp.method.name') !== undefined)
    return TOOL;
  return operation === 'invoke_agent' || operation === 'create_agent' || operation === undefined
    ? HOLDER
    : 0;
}

/** In µs. Spans further away from all messages would make the run too small to be seen. */
const FAR = 3_600_000_000;

export interface Extent {
  /** In µs: at most 0, and at least the time of the last message. */
  readonly begin: number;
  readonly length: number;
  /** Spans too far away, as a clock that is wrong puts them. */
  readonly far: ReadonlySet<number>;
}

export function extentOf({ start, end }: SpanTimes, length: number): Extent {
  const far = new Set<number>();
  let [begin, last] = [0, length];
  for (let index = 0; index < start.length; index++) {
    const [from, to] = [start[index] ?? 0, end[index] ?? 0];
    if (from < -FAR || to > length + FAR) far.add(index);
    else {
      begin = Math.min(begin, from);
      last = Math.max(last, to);
    }
  }
  return { begin, length: last, far };
}
