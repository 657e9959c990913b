/** What is under the pointer. */
import type { Bracket } from './brackets.ts';
import { isCrowded } from './draw.ts';
import { pillOf } from './draw-bracket.ts';
import { at } from './hit.ts';
import { slotTop } from './layout.ts';
import { timeAt } from './scale.ts';
import { type Picked, type Scene, viewportOf } from './scene.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A bar no further than this from the pointer, in px, is meant. */
const REACH = 4;

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
  const member = at(lane.slots[slot] ?? [], lane.items, timeAt(viewport, x), reach);
  return member === undefined ? undefined : { lane: index, member };
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
