/** One bar. What it is shows by shape as well as by colour: filled, hollow, dashed, crossed, or with its head on the left. */
import { ABANDONED, CANCELLED, FAILED, FROM_SERVER, OPEN } from '../run/bars.ts';
import { firstFitting } from './label.ts';
import type { PlacedLane } from './layout.ts';
import { laneFill } from './palette.ts';
import type { Scene } from './scene.ts';
import { HOLDER, TOOL } from './span-times.ts';

export interface Ink {
  readonly selected: boolean;
  readonly hovered: boolean;
  readonly dimmed: boolean;
}

export interface PlacedBar {
  readonly lane: PlacedLane;
  readonly member: number;
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly ink: Ink;
}

/** Narrower bars have no text. */
const LABEL_FROM = 24;
const LABEL_HEIGHT = 13;

export function drawBar(context: CanvasRenderingContext2D, scene: Scene, bar: PlacedBar): void {
  const { lane, member, ink } = bar;
  const flags = lane.items.flags[member] ?? 0;
  const visible = within(bar, scene.width);
  context.globalAlpha = ink.dimmed ? 0.22 : 1;
  outline(context, visible, (flags & FROM_SERVER) !== 0);
  const text = paint(context, scene, visible, flags);
  if (visible.right - visible.left >= LABEL_FROM && lane.bar >= LABEL_HEIGHT)
    drawLabel(context, scene, visible, flags, text);
  if (ink.selected || ink.hovered) drawRing(context, scene, visible);
  context.globalAlpha = 1;
}

/** Far outside the view nothing is drawn, so a bar that spans it is cut; its label then stays in sight. */
function within(bar: PlacedBar, width: number): PlacedBar {
  return { ...bar, left: Math.max(bar.left, -8), right: Math.min(bar.right, width + 8) };
}

/** A request of the server points back at the client: its head is on the left. */
function outline(
  context: CanvasRenderingContext2D,
  { left, right, y, lane }: PlacedBar,
  reversed: boolean,
  grow = 0,
): void {
  const [x, top, width, height] = [
    left - grow,
    y - grow,
    right - left + 2 * grow,
    lane.bar + 2 * grow,
  ];
  context.beginPath();
  if (!reversed || width < 10) {
    context.roundRect(x, top, width, height, Math.min(4, width / 2, height / 3));
    return;
  }
  const head = Math.min(9, height / 2);
  context.moveTo(x, top + height / 2);
  context.lineTo(x + head, top);
  context.lineTo(x + width - 3, top);
  context.quadraticCurveTo(x + width, top, x + width, top + 3);
  context.lineTo(x + width, top + height - 3);
  context.quadraticCurveTo(x + width, top + height, x + width - 3, top + height);
  context.lineTo(x + head, top + height);
  context.closePath();
}

/** Fills and strokes the outline that was made, and gives the colour of its text. */
function paint(
  context: CanvasRenderingContext2D,
  scene: Scene,
  bar: PlacedBar,
  flags: number,
): string {
  const { token } = scene.palette;
  const { fill, ink, hatched } = laneFill(scene.palette, bar.lane.colour);
  const unanswered = (flags & (OPEN | ABANDONED)) !== 0;
  if ((flags & FAILED) !== 0 && !bar.lane.batches) {
    fillWith(context, token['error-soft'], 1);
    stroke(context, token.error, 1.5);
    return token.error;
  }
  if (unanswered || (flags & CANCELLED) !== 0) {
    fillWith(context, token.bg, 1);
    fillWith(context, fill, 0.18);
    stroke(context, fill, 1.5, (flags & OPEN) === 0);
    return token.fg;
  }
  const share = (flags & HOLDER) !== 0 ? 0.16 : (flags & TOOL) !== 0 ? 0.42 : 1;
  if (share < 1) {
    fillWith(context, token.bg, 1);
    fillWith(context, fill, share);
    stroke(context, fill, 1);
    return token.fg;
  }
  if ((flags & FROM_SERVER) !== 0) {
    fillWith(context, token.bg, 1);
    fillWith(context, fill, 0.38);
    stroke(context, fill, 1.5);
    return token.fg;
  }
  fillWith(context, fill, 1);
  if (hatched) hatch(context, bar, ink);
  return ink;
}

function fillWith(context: CanvasRenderingContext2D, colour: string, share: number): void {
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * share;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = alpha;
}

function stroke(
  context: CanvasRenderingContext2D,
  colour: string,
  width: number,
  dashed = false,
): void {
  context.setLineDash(dashed ? [4, 3] : []);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

function hatch(
  context: CanvasRenderingContext2D,
  { left, right, y, lane }: PlacedBar,
  colour: string,
): void {
  context.save();
  context.clip();
  context.beginPath();
  for (let x = left - lane.bar; x < right; x += 7) {
    context.moveTo(x, y + lane.bar);
    context.lineTo(x + lane.bar, y);
  }
  context.globalAlpha *= 0.28;
  stroke(context, colour, 1.5);
  context.restore();
}

function drawLabel(
  context: CanvasRenderingContext2D,
  scene: Scene,
  bar: PlacedBar,
  flags: number,
  colour: string,
): void {
  const { lane, member, y } = bar;
  const middle = y + lane.bar / 2;
  let left = Math.max(bar.left, 0) + ((flags & FROM_SERVER) === 0 ? 8 : 13);
  const right = Math.min(bar.right, scene.width) - 6;
  const failed = (flags & FAILED) !== 0 && !lane.batches;
  if (failed) {
    drawCross(context, left + 3.5, middle, colour);
    left += 13;
  }
  context.font = `600 ${lane.bar >= 20 ? 12 : 11}px ${scene.palette.sans}`;
  context.textBaseline = 'middle';
  const text = firstFitting(context, scene.labels(lane, member), right - left);
  if (text === '') return;
  context.fillStyle = colour;
  context.fillText(text, left, middle + 0.5);
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.beginPath();
  context.moveTo(x - 3.5, y - 3.5);
  context.lineTo(x + 3.5, y + 3.5);
  context.moveTo(x + 3.5, y - 3.5);
  context.lineTo(x - 3.5, y + 3.5);
  stroke(context, colour, 2);
}

function drawRing(context: CanvasRenderingContext2D, { palette }: Scene, bar: PlacedBar): void {
  const { selected } = bar.ink;
  const alpha = context.globalAlpha;
  context.globalAlpha = selected ? 1 : 0.7;
  outline(context, bar, ((bar.lane.items.flags[bar.member] ?? 0) & FROM_SERVER) !== 0, 2.5);
  stroke(context, selected ? palette.token.fg : palette.token.muted, selected ? 2 : 1.5);
  context.globalAlpha = alpha;
}
