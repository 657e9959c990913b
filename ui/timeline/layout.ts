/**
 * Where everything of a run stands: lanes below each other, slots inside them, a density for each.
 * Made again when the data changes, never while drawing; it knows no colours and no zoom.
 */
import type { SessionSummary } from '../../model/summary.ts';
import { type Bars, FAILED, OPEN } from '../run/bars.ts';
import type { Mark } from '../run/buffer.ts';
import type { SpanBuffer } from '../run/span-buffer.ts';
import { type Batches, batchesOf } from './batches.ts';
import { type Density, densityOf } from './density.ts';
import { lanesOf } from './lanes.ts';
import { type Intervals, pack } from './pack.ts';
import { type SpanLane, withSpans } from './span-lanes.ts';
import { type Extent, extentOf, type SpanTimes } from './span-times.ts';

export interface PlacedLane extends SpanLane {
  readonly top: number;
  readonly height: number;
  /** The height of a bar, and of a bar with the space below it, in px. */
  readonly bar: number;
  readonly pitch: number;
  /** What the members are indices of: the bars of the run, for a host its batches, or spans of others. */
  readonly items: Intervals & { readonly flags: ArrayLike<number> };
  readonly batches?: Batches;
  /** By start. */
  readonly members: readonly number[];
  readonly slots: readonly (readonly number[])[];
  /** What found no slot. */
  readonly fold?: Fold;
  readonly density: Density;
  /** By time. */
  readonly marks: readonly Mark[];
}

/** One row, below the slots, for all that is deeper: how busy it is. */
export interface Fold {
  /** By start. */
  readonly members: readonly number[];
  readonly density: Density;
  readonly hasOpen: boolean;
}

export interface Layout {
  readonly lanes: readonly PlacedLane[];
  readonly height: number;
  /** In µs: when the first span of others began, at most 0; and the last moment of all. */
  readonly begin: number;
  readonly length: number;
  /** How many spans of others stand in no lane, since their clock puts them far from all messages. */
  readonly farCount: number;
  /** The lane and the slot of each bar. */
  readonly laneOf: Uint16Array;
  readonly slotOf: Uint16Array;
  /** The same of each span of others; the lane is NOWHERE for one that is not shown. */
  readonly spanPlaces: Places;
}

interface Places {
  readonly laneOf: Uint16Array;
  readonly slotOf: Uint16Array;
}

export const NOWHERE = 0xffff;

export interface LayoutInput {
  readonly sessions: readonly SessionSummary[];
  readonly bars: Bars;
  readonly length: number;
  readonly marks: readonly Mark[];
  readonly spans: SpanBuffer;
  readonly times: SpanTimes;
  readonly callers: ReadonlyMap<string, readonly number[]>;
}

const LANE_PADDING = 9;
const LEAST_LANE = 64;
/** The height of a fold, in px: room for words beside it. */
export const FOLD_HEIGHT = 22;
/** In µs: SDKs for JavaScript cut starts to the millisecond, and ends not. */
const CLOCK_STEP = 1000;

export function layoutOf(input: LayoutInput): Layout {
  const { sessions, bars, marks, spans, times, callers } = input;
  const extent = extentOf(times, input.length);
  const lanes = withSpans(lanesOf(sessions), spans, { bars, callers }, extent.far);
  const byTrack = barsByTrack(bars, sessions.length);
  const barPlaces = placesFor(bars.length);
  const spanPlaces = placesFor(spans.all.length);
  const placed: PlacedLane[] = [];
  let top = 0;
  lanes.forEach((lane, index) => {
    const own = sortedByStart(
      bars,
      lane.tracks.flatMap((track) => byTrack[track] ?? []),
    );
    const { slotOf, folded, ...one } = lane.spans
      ? spanLane(spans, times, lane.spans)
      : lane.kind === 'host'
        ? hostLane(bars, own)
        : callLane(bars, own);
    const places = lane.spans ? spanPlaces : lane.kind === 'server' ? barPlaces : undefined;
    one.members.forEach((member, place) => {
      if (!places) return;
      places.laneOf[member] = index;
      places.slotOf[member] = slotOf[place] ?? 0;
    });
    const density = densityIn(one.items, one.members, extent);
    const fold = folded.length > 0 && foldOf(one.items, folded, extent);
    const size = lane.spans ? nestedSize(one.slots.length) : sizeOf(one.slots.length);
    const height = size.height + (fold ? FOLD_HEIGHT : 0);
    const shown = lane.kind === 'server' ? marksOf(lane, marks) : [];
    placed.push({
      ...lane,
      ...one,
      ...size,
      height,
      ...(fold && { fold }),
      top,
      density,
      marks: shown,
    });
    top += height;
  });
  const { begin, length, far } = extent;
  return {
    lanes: placed,
    height: top,
    begin,
    length,
    farCount: far.size,
    ...barPlaces,
    spanPlaces,
  };
}

function densityIn(
  items: PlacedLane['items'],
  members: readonly number[],
  extent: Extent,
): Density {
  const hasFailed = (member: number) => ((items.flags[member] ?? 0) & FAILED) !== 0;
  return densityOf(items, members, extent, hasFailed);
}

function foldOf(items: PlacedLane['items'], members: readonly number[], extent: Extent): Fold {
  const hasOpen = members.some((member) => ((items.flags[member] ?? 0) & OPEN) !== 0);
  return { members, density: densityIn(items, members, extent), hasOpen };
}

function placesFor(count: number): Places {
  return { laneOf: new Uint16Array(count).fill(NOWHERE), slotOf: new Uint16Array(count) };
}

/** The slot of an item of a lane; batches, of which there are few, lie in the first. */
export function slotIn(
  { lanes, slotOf, spanPlaces }: Layout,
  { lane, member }: { readonly lane: number; readonly member: number },
): number {
  if (lanes[lane]?.batches) return 0;
  return (lanes[lane]?.spans ? spanPlaces.slotOf[member] : slotOf[member]) ?? 0;
}

function marksOf({ tracks }: SpanLane, marks: readonly Mark[]): readonly Mark[] {
  return marks.filter(({ track }) => tracks.includes(track)).sort((a, b) => a.time - b.time);
}

function barsByTrack(bars: Bars, count: number): number[][] {
  const lists = Array.from({ length: count }, (): number[] => []);
  for (let bar = 0; bar < bars.length; bar++) lists[bars.track[bar] ?? 0]?.push(bar);
  return lists;
}

function sortedByStart({ start }: Bars, members: number[]): number[] {
  const sorted = members.every(
    (bar, place) => place === 0 || (start[members[place - 1] ?? 0] ?? 0) <= (start[bar] ?? 0),
  );
  return sorted ? members : members.sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0) || a - b);
}

function callLane(bars: Bars, members: readonly number[]) {
  return { items: bars, members, ...pack(bars, members) };
}

function hostLane(bars: Bars, own: readonly number[]) {
  const batches = batchesOf(bars, own);
  const members = batches.calls.map((_, index) => index);
  return { items: batches, batches, members, ...pack(batches, members) };
}

/** Spans lie below the one that they are part of. */
function spanLane({ all, find }: SpanBuffer, times: SpanTimes, own: readonly number[]) {
  const { start, end } = times;
  // What holds others comes before them, or it would find its place taken.
  const members = own.toSorted(
    (a, b) => (start[a] ?? 0) - (start[b] ?? 0) || (end[b] ?? 0) - (end[a] ?? 0) || a - b,
  );
  const packing = pack(times, members, {
    around: (member) => find(all[member]?.parentSpanId),
    slack: CLOCK_STEP,
  });
  return { items: times, members, ...packing };
}

function nestedSize(slots: number): { bar: number; pitch: number; height: number } {
  const size = sizeOf(slots);
  if (slots > 4) return size;
  const [bar, pitch] = [22, 25];
  const height = Math.max(LEAST_LANE, slots * pitch - (pitch - bar) + 2 * LANE_PADDING);
  return { bar, pitch, height };
}

/** The more calls stand above each other, the lower each; no lane grows without end. */
export function sizeOf(slots: number): { bar: number; pitch: number; height: number } {
  const [bar, pitch] =
    slots <= 4 ? [26, 34] : slots <= 10 ? [20, 24] : slots <= 24 ? [14, 17] : [6, 8];
  const height = Math.max(LEAST_LANE, slots * pitch - (pitch - bar) + 2 * LANE_PADDING);
  return { bar, pitch, height };
}

/** Whether anything in a lane still waits: an open item is always the last of its slot. */
export function hasOpen({ slots, fold, items }: PlacedLane): boolean {
  if (fold?.hasOpen) return true;
  return slots.some((slot) => ((items.flags[slot.at(-1) ?? 0] ?? 0) & OPEN) !== 0);
}

/** The distance from the top of a lane to that of its slot. */
export function slotTop({ pitch }: Pick<PlacedLane, 'pitch'>, slot: number): number {
  return LANE_PADDING + slot * pitch;
}
