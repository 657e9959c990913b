/** What happened beside the calls: a diamond for a line that is no message or for lost entries, a line where a process ended. */
import type { Mark } from '../run/buffer.ts';
import { lowest } from './hit.ts';
import type { PlacedLane } from './layout.ts';
import { xOf } from './scale.ts';
import { type Scene, viewportOf } from './scene.ts';

/** Marks closer than this are drawn as one, in px. */
const APART = 4;
const SIZE = 4.5;

export function drawMarks(context: CanvasRenderingContext2D, scene: Scene, lane: PlacedLane): void {
  const { marks } = lane;
  const apart = (APART / scene.width) * (scene.range.to - scene.range.from);
  let place = firstFrom(lane, scene.range.from);
  for (let mark = marks[place]; mark && mark.time <= scene.range.to; mark = marks[place]) {
    const { x, y } = placeOf(scene, lane, mark);
    if (mark.kind === 'exit') drawEnd(context, scene, lane, x);
    else drawDiamond(context, scene, { x, y, filled: mark.kind === 'broken' });
    // The end of a process is always the last of its session, and never passed over.
    const next = firstFrom(lane, mark.time + apart);
    place = marks[place + 1]?.kind === 'exit' ? place + 1 : Math.max(place + 1, next);
  }
}

/** The place of the first mark of a lane from a moment on. */
export function firstFrom({ marks }: PlacedLane, time: number): number {
  return lowest(marks.length, (place) => (marks[place]?.time ?? 0) >= time);
}

/** Where a mark stands on the canvas. */
export function placeOf(
  scene: Scene,
  lane: PlacedLane,
  { time }: Mark,
): { readonly x: number; readonly y: number } {
  return { x: xOf(viewportOf(scene), time), y: lane.top - scene.scrollTop + lane.height - 7 };
}

function drawDiamond(
  context: CanvasRenderingContext2D,
  { palette }: Scene,
  { x, y, filled }: { x: number; y: number; filled: boolean },
): void {
  context.beginPath();
  context.moveTo(x, y - SIZE);
  context.lineTo(x + SIZE, y);
  context.lineTo(x, y + SIZE);
  context.lineTo(x - SIZE, y);
  context.closePath();
  context.fillStyle = filled ? palette.token.error : palette.token.bg;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = palette.token.error;
  context.stroke();
}

function drawEnd(
  context: CanvasRenderingContext2D,
  scene: Scene,
  lane: PlacedLane,
  x: number,
): void {
  const top = lane.top - scene.scrollTop;
  context.fillStyle = scene.palette.token.muted;
  context.fillRect(Math.round(x), top + 4, 1.5, lane.height - 8);
  context.fillRect(Math.round(x) - 3, top + lane.height - 10, 7.5, 6);
}
