/** What the keys do: each wish as a change of what is looked at. */
import type { Finding } from '../../model/finding.ts';
import type { Wish } from '../keys.ts';
import type { Bracket } from '../timeline/brackets.ts';
import { lowest, nearest, neighbour } from '../timeline/hit.ts';
import type { PlacedLane } from '../timeline/layout.ts';
import { around, panned, type Range, zoomed } from '../timeline/scale.ts';
import type { Picked } from '../timeline/scene.ts';
import { FAILED } from './bars.ts';
import { type RunView, SPAN } from './run-view.svelte.ts';

const ZOOM = 1.35;
const PAN = 0.12;
/** A conflict that takes less of the view is looked at more closely. */
const LEAST_SHARE = 0.3;

type Deed = (view: RunView, force: number) => void;

const DEEDS: Readonly<Partial<Record<Wish, Deed>>> = {
  'zoom-in': (view, force) => view.show(zoomed(view.range, ZOOM ** force, focusOf(view))),
  'zoom-out': (view, force) => view.show(zoomed(view.range, ZOOM ** -force, focusOf(view))),
  'pan-left': (view, force) => pan(view, -force),
  'pan-right': pan,
  focus,
  fit: (view) => view.show(undefined),
  previous: (view) => step(view, -1),
  next: (view) => step(view, 1),
  'lane-up': (view) => changeLane(view, -1),
  'lane-down': (view) => changeLane(view, 1),
  'next-conflict': (view) => toConflict(view, 1),
  'previous-conflict': (view) => toConflict(view, -1),
  'next-error': (view) => toError(view, 1),
  'previous-error': (view) => toError(view, -1),
  timeline: (view) => view.look('timeline'),
  list: (view) => view.look('list'),
  findings: (view) => view.look('findings'),
  escape: (view) =>
    view.route.selected === undefined ? view.tellOf(undefined) : view.select(undefined),
};

/** Does what was wished; `force` is how many times a single step zooming and panning goes. */
export function fulfil(wish: Wish, view: RunView, force = 1): void {
  DEEDS[wish]?.(view, force);
}

function pan(view: RunView, force: number): void {
  const { from, to } = view.range;
  view.show(panned(view.range, (to - from) * PAN * force));
}

/** Selects, and brings into view what is not. */
export function reveal(view: RunView, picked: Picked): void {
  view.pick(picked);
  bringIntoView(view, picked);
}

function bringIntoView(view: RunView, picked: Picked): void {
  const span = spanOf(view, picked);
  if (!span) return;
  const { from, to } = view.range;
  if (span.from >= from && span.to <= to) return;
  const length = Math.max(to - from, (span.to - span.from) * 1.2);
  const middle = (span.from + span.to) / 2;
  view.show({ from: middle - length / 2, to: middle + length / 2 });
}

function spanOf(view: RunView, { lane, member }: Picked): Range | undefined {
  const items = view.layout.lanes[lane]?.items;
  if (!items) return undefined;
  const from = items.start[member] ?? 0;
  return { from, to: Math.max(from, Math.min(items.end[member] ?? 0, view.now)) };
}

/** Zooming by key keeps the selection in its place, or the middle. */
function focusOf(view: RunView): number {
  const { from, to } = view.range;
  const span = view.picked && spanOf(view, view.picked);
  const middle = span ? (span.from + span.to) / 2 : (from + to) / 2;
  return middle > from && middle < to ? middle : (from + to) / 2;
}

function focus(view: RunView): void {
  const span = view.picked && spanOf(view, view.picked);
  const wanted = span && around(span.from, span.to);
  view.show(wanted && isNear(wanted, view.range) ? undefined : wanted);
}

/** Whether two ranges are the same to the eye. */
function isNear(a: Range, b: Range): boolean {
  return Math.abs(a.from - b.from) + Math.abs(a.to - b.to) < (a.to - a.from) * 0.02;
}

function step(view: RunView, by: 1 | -1): void {
  const { picked } = view;
  const lane = view.layout.lanes[picked?.lane ?? -1];
  if (!picked || !lane) {
    first(view);
    return;
  }
  const member = neighbour(lane.members, lane.items, picked.member, by);
  if (member !== undefined) reveal(view, { lane: picked.lane, member });
}

function first(view: RunView): void {
  const lane = view.layout.lanes.findIndex(({ members }) => members.length > 0);
  const member = nearestIn(view.layout.lanes[lane], Math.max(view.whole.from, view.range.from));
  if (member !== undefined) reveal(view, { lane, member });
}

function nearestIn(lane: PlacedLane | undefined, time: number): number | undefined {
  return lane && nearest(lane.members, lane.items, time);
}

function changeLane(view: RunView, by: 1 | -1): void {
  const { picked, layout } = view;
  if (!picked) {
    first(view);
    return;
  }
  const time = layout.lanes[picked.lane]?.items.start[picked.member] ?? 0;
  // A lane without calls has nothing to select, and is passed over.
  let lane = picked.lane + by;
  while (layout.lanes[lane]?.members.length === 0) lane += by;
  const member = nearestIn(layout.lanes[lane], time);
  if (member !== undefined) reveal(view, { lane, member });
}

function toConflict(view: RunView, by: 1 | -1): void {
  const { brackets, bracket } = view;
  const current = bracket ? brackets.indexOf(bracket) : by === 1 ? -1 : 0;
  const wanted = brackets[(current + by + brackets.length) % brackets.length];
  if (!wanted) return;
  const bar = wanted.bars.find((one) => view.bracketOf(one) === wanted) ?? wanted.bars[0] ?? 0;
  view.pick({ lane: view.layout.laneOf[bar] ?? 0, member: bar });
  showBracket(view, wanted);
}

/** Brings a bracket into view, and near where it is small. */
function showBracket(view: RunView, wanted: Bracket): void {
  const to = Math.min(wanted.to, view.now);
  const { range } = view;
  const small = (to - wanted.from) / (range.to - range.from) < LEAST_SHARE;
  if (wanted.from < range.from || to > range.to || small) view.show(around(wanted.from, to));
}

function toError(view: RunView, by: 1 | -1): void {
  const { bars } = view.data.buffer;
  const failed: number[] = [];
  for (let bar = 0; bar < bars.length; bar++)
    if (((bars.flags[bar] ?? 0) & FAILED) !== 0) failed.push(bar);
  failed.sort((a, b) => (bars.start[a] ?? 0) - (bars.start[b] ?? 0) || a - b);
  if (failed.length === 0) return;
  const bar = failed[placeFrom(view, failed, by)] ?? 0;
  reveal(view, { lane: view.layout.laneOf[bar] ?? 0, member: bar });
}

/** Where to go in a list by start: from the selected one on, else from the middle of what is seen; round the end. */
function placeFrom(view: RunView, failed: readonly number[], by: 1 | -1): number {
  const { start } = view.data.buffer.bars;
  const here = view.bar === undefined ? -1 : failed.indexOf(view.bar);
  if (here !== -1) return (here + by + failed.length) % failed.length;
  const time = view.bar === undefined ? view.range.from : (start[view.bar] ?? 0);
  const next = lowest(failed.length, (place) => (start[failed[place] ?? 0] ?? 0) >= time);
  return (by === 1 ? next : next - 1 + failed.length) % failed.length;
}

/** Shows the calls of a finding on the timeline: its bracket, else the first message that shows it. */
export function revealFinding(view: RunView, finding: Finding): void {
  view.look('timeline');
  const bracket = view.brackets.find((one) => one.finding === finding);
  if (bracket) showBracket(view, bracket);
  else revealMessage(view, finding.evidence[0].message);
}

/** Selects a span of somebody else, as a step that can be gone back from, and brings it into view. */
export function revealSpan(view: RunView, spanId: string): void {
  view.select(SPAN + spanId, 'step');
  const picked = view.placeOfSpan(spanId);
  if (picked) bringIntoView(view, picked);
}

/** Selects the message of a reference, as a step that can be gone back from, and brings its call into view. */
export function revealMessage(view: RunView, message: string): void {
  view.select(message, 'step');
  const bar = view.data.buffer.barOf(message);
  if (bar !== undefined) bringIntoView(view, { lane: view.layout.laneOf[bar] ?? 0, member: bar });
}
