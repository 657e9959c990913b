/**
 * The edges of what is selected or under the pointer: from a span of a caller to the calls that were
 * made in it, whose trace context names it. Drawn with long dashes, as evidence of that kind.
 */
import { slotIn, slotTop } from './layout.ts';
import { xOf } from './scale.ts';
import { type Picked, type Scene, viewportOf } from './scene.ts';

export interface Edge {
  readonly from: Picked;
  readonly to: Picked;
}

/** More would hide what they tell. */
export const MOST_EDGES = 500;

const HEAD = 5;

export function drawEdges(context: CanvasRenderingContext2D, scene: Scene): void {
  context.save();
  context.strokeStyle = scene.palette.token.fg;
  context.fillStyle = scene.palette.token.fg;
  context.lineWidth = 1.5;
  for (const edge of scene.edges) drawEdge(context, scene, edge);
  context.restore();
}

/** From the bottom of the span down to the start of the call. */
function drawEdge(context: CanvasRenderingContext2D, scene: Scene, { from, to }: Edge): void {
  const [span, call] = [placeOf(scene, from), placeOf(scene, to)];
  if (!span || !call) return;
  const isBelow = call.y > span.y;
  const [top, bottom] = isBelow ? [span.y + span.height, call.y] : [span.y, call.y + call.height];
  const tip = isBelow ? bottom - HEAD : bottom + HEAD;
  // The call begins inside the span, so that the edge goes straight down where it can.
  const target = call.x + Math.min(8, (call.right - call.x) / 2);
  const x = Math.max(Math.min(target, span.right), span.x);
  const bend = (tip - top) / 2;
  context.setLineDash([7, 4]);
  context.beginPath();
  context.moveTo(x, top);
  context.bezierCurveTo(x, top + bend, target, tip - bend, target, tip);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(target, bottom);
  context.lineTo(target - HEAD, tip);
  context.lineTo(target + HEAD, tip);
  context.fill();
}

function placeOf(scene: Scene, picked: Picked) {
  const { member } = picked;
  const lane = scene.layout.lanes[picked.lane];
  if (!lane) return undefined;
  const slot = slotIn(scene.layout, picked);
  const viewport = viewportOf(scene);
  const end = Math.min(lane.items.end[member] ?? 0, scene.now);
  return {
    x: xOf(viewport, lane.items.start[member] ?? 0),
    right: xOf(viewport, end),
    y: lane.top + slotTop(lane, slot) - scene.scrollTop,
    height: lane.bar,
  };
}
