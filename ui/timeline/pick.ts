/** What is under the pointer. */
import type { Mark } from '../run/buffer.ts';
import type { Bracket } from './brackets.ts';
import { isCrowded } from './draw.ts';
import { pillOf } from './draw-bracket.ts';
import { firstFrom, placeOf } from './draw-mark.ts';
import { at, latestAt } from './hit.ts';
import { slotTop } from './layout.ts';
import { timeAt } from './scale.ts';
import { type Picked, type Scene, viewportOf } from './scene.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A bar no further than this from the pointer, in px, is meant. */
const REACH = 4;
const MARK_REACH = 7;

export function barAt(scene: Scene, { x, y }: Point): Picked | undefined {
  const height = y + scene.scrollTop;
  const index = scene.layout.lanes.findIndex(
    ({ top, height: own }) => height >= top && height < top + own,
  );
  const lane = scene.layout.lanes[index];
  if (!lane || isCrowded(lane, scene)) return undefined;
  const viewport = viewportOf(scene);
  const reach = ((viewport.to - viewport.from) / viewport.width) * REACH;
  const slot = Math.floor((height - lane.top - slotTop(lane, 0)) / lane.pitch);
  const time = timeAt(viewport, x);
  const member =
    slot >= lane.slots.length && lane.fold
      ? latestAt(lane.fold.members, lane.items, time, reach)
      : at(lane.slots[slot] ?? [], lane.items, time, reach);
  return member === undefined ? undefined : { lane: index, member };
}

/** The mark under the pointer. */
export function markAt(scene: Scene, point: Point): Mark | undefined {
  const height = point.y + scene.scrollTop;
  const lane = scene.layout.lanes.find(
    ({ top, height: own }) => height >= top && height < top + own,
  );
  const mark = lane?.marks[firstFrom(lane, timeAt(viewportOf(scene), point.x - MARK_REACH))];
  if (!lane || !mark) return undefined;
  const { x, y } = placeOf(scene, lane, mark);
  return Math.abs(x - point.x) <= MARK_REACH && Math.abs(y - point.y) <= MARK_REACH
    ? mark
    : undefined;
}

/** The conflict whose pill is under the pointer; brackets themselves let the bars inside be clicked. */
export function pillAt(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { x, y }: Point,
): Bracket | undefined {
  return scene.brackets.findLast((bracket) => {
    const { left, right, top, bottom } = pillOf(context, bracket, scene);
    return x >= left && x <= right && y >= top && y <= bottom;
  });
}
