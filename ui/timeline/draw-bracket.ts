/** Conflicts: a dashed bracket around the calls, and a pill that says what was lost. The most salient mark there is. */

import { visible } from '../hostile.ts';
import { type Bracket, pillTexts } from './brackets.ts';
import { firstFitting } from './label.ts';
import { edges, type Scene } from './scene.ts';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const PILL_HEIGHT = 20;

/** The ground inside the brackets, which goes below the bars so that these keep their colours. */
export function shadeBrackets(context: CanvasRenderingContext2D, scene: Scene): void {
  context.fillStyle = scene.palette.token.conflict;
  for (const bracket of scene.brackets) {
    const box = boxOf(bracket, scene);
    if (!isVisible(box, scene)) continue;
    outline(context, scene, box);
    context.globalAlpha = bracket === scene.bracket ? 0.2 : 0.12;
    context.fill();
  }
  context.globalAlpha = 1;
}

/** All edges before the first pill: that of one lane may lie on the pill of the lane above. */
export function drawBrackets(context: CanvasRenderingContext2D, scene: Scene): void {
  const shown = scene.brackets.filter((bracket) => isVisible(boxOf(bracket, scene), scene));
  for (const bracket of shown) {
    outline(context, scene, boxOf(bracket, scene));
    const looked = bracket === scene.bracket;
    context.setLineDash([5, 3]);
    context.lineWidth = looked ? 2.5 : 1.75;
    context.strokeStyle = scene.palette.token.conflict;
    context.stroke();
    context.setLineDash([]);
  }
  for (const bracket of shown) drawPill(context, scene, pillOf(context, bracket, scene), bracket);
}

/** Where a bracket stands on the canvas. */
export function boxOf(bracket: Bracket, scene: Scene): Box {
  const { left, right } = edges(scene, bracket.from, bracket.to);
  const grow = 5 + bracket.depth * 3;
  const top = bracket.top - scene.scrollTop;
  const bottom = bracket.bottom - scene.scrollTop;
  return {
    left: left - grow,
    right: right + grow,
    top: top - grow,
    bottom: bottom + grow + PILL_HEIGHT / 2 - 3,
  };
}

function isVisible({ left, right, top, bottom }: Box, { width, height }: Scene): boolean {
  return right > 0 && left < width && bottom > 0 && top < height;
}

function outline(context: CanvasRenderingContext2D, { width }: Scene, box: Box): void {
  const left = Math.max(box.left, -10);
  const right = Math.min(box.right, width + 10);
  context.beginPath();
  context.roundRect(left, box.top, right - left, box.bottom - box.top, 6);
}

/** The place of a bracket's pill: on its lower edge, in its middle, and always within the view. */
export function pillOf(
  context: CanvasRenderingContext2D,
  bracket: Bracket,
  scene: Scene,
): Box & { readonly text: string } {
  const box = boxOf(bracket, scene);
  context.font = `600 11px ${scene.palette.mono}`;
  const texts = pillTexts(bracket.finding).map(visible);
  const text = firstFitting(context, texts, Math.min(320, scene.width - 60));
  const width = context.measureText(text).width + 36;
  const seen = { left: Math.max(box.left, 4), right: Math.min(box.right, scene.width - 4) };
  const middle = (seen.left + seen.right) / 2;
  const left = Math.min(Math.max(4, middle - width / 2), scene.width - width - 4);
  const top =
    Math.min(box.bottom, scene.height - 14) - PILL_HEIGHT / 2 + bracket.depth * (PILL_HEIGHT + 4);
  return { left, right: left + width, top, bottom: top + PILL_HEIGHT, text };
}

function drawPill(
  context: CanvasRenderingContext2D,
  { palette }: Scene,
  { left, right, top, text }: Box & { readonly text: string },
  { depth }: Bracket,
): void {
  const { token } = palette;
  context.beginPath();
  context.roundRect(left, top, right - left, PILL_HEIGHT, PILL_HEIGHT / 2);
  context.fillStyle = token.bg;
  context.fill();
  context.lineWidth = depth === 0 ? 1.5 : 1.25;
  context.strokeStyle = token.conflict;
  context.stroke();
  drawArrows(context, left + 16, top + PILL_HEIGHT / 2, token.conflict);
  context.fillStyle = token.conflict;
  context.textBaseline = 'middle';
  context.fillText(text, left + 26, top + PILL_HEIGHT / 2 + 0.5);
}

/** Two arrows against each other. */
function drawArrows(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.beginPath();
  for (const side of [1, -1]) {
    const line = y - side * 2.5;
    context.moveTo(x - 5, line);
    context.lineTo(x + 5, line);
    context.moveTo(x + side * 2.5, line - 2.5);
    context.lineTo(x + side * 5, line);
    context.lineTo(x + side * 2.5, line + 2.5);
  }
  context.lineWidth = 1.3;
  context.strokeStyle = colour;
  context.stroke();
}
