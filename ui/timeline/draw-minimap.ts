/** The overview: all of a run, a line for each lane, and marks where conflicts and errors are. */

import type { Bracket } from './brackets.ts';
import { levelFor } from './density.ts';
import { hasOpen, type Layout } from './layout.ts';
import { laneFill, type Palette } from './palette.ts';
import { type Viewport, xOf } from './scale.ts';

export interface Overview {
  readonly layout: Layout;
  readonly brackets: readonly Bracket[];
  readonly palette: Palette;
  readonly viewport: Viewport;
  readonly height: number;
  /** The present, where open calls end. */
  readonly now: number;
}

export function drawMinimap(context: CanvasRenderingContext2D, overview: Overview): void {
  const { layout, viewport, height, palette } = overview;
  context.clearRect(0, 0, viewport.width, height);
  const room = (height - 8) / Math.max(1, layout.lanes.length);
  const line = Math.min(3, Math.max(1, Math.floor(room - 1)));
  layout.lanes.forEach((lane, index) => {
    const y = Math.round(4 + index * room + (room - line) / 2);
    const level = levelFor(lane.density, (viewport.to - viewport.from) / viewport.width);
    const fill = laneFill(palette, lane.colour).fill;
    context.fillStyle = fill;
    if (hasOpen(lane)) drawOpen(context, overview, { y, line });
    // Whole pixels, since two halves beside each other are seen as a gap.
    level.busy.forEach((busy, bucket) => {
      if (busy === 0) return;
      const start = lane.density.begin + bucket * level.width;
      const left = Math.floor(xOf(viewport, start));
      const right = Math.ceil(xOf(viewport, Math.min(start + level.width, layout.length)));
      const width = Math.max(2, right - left);
      const share = (level.failed[bucket] ?? 0) / Math.max(1, level.begun[bucket] ?? 0);
      context.fillStyle = fill;
      context.fillRect(left, y, width, line);
      if (share === 0) return;
      context.globalAlpha = Math.max(0.15, share);
      context.fillStyle = palette.token.error;
      context.fillRect(left, y, width, line);
      context.globalAlpha = 1;
    });
  });
  drawConflicts(context, overview);
}

/** What is open goes on after the last message, up to now. */
function drawOpen(
  context: CanvasRenderingContext2D,
  { layout, viewport, now }: Overview,
  { y, line }: { y: number; line: number },
): void {
  const left = Math.floor(xOf(viewport, layout.length));
  context.globalAlpha = 0.5;
  context.fillRect(left, y, Math.ceil(xOf(viewport, now)) - left, line);
  context.globalAlpha = 1;
}

function drawConflicts(
  context: CanvasRenderingContext2D,
  { brackets, viewport, height, palette, layout }: Overview,
): void {
  context.fillStyle = palette.token.conflict;
  for (const { from, to } of brackets) {
    const left = xOf(viewport, from);
    const right = xOf(viewport, Math.min(to, layout.length));
    context.fillRect(left, 0, Math.max(2, right - left), 2);
    context.fillRect(left, height - 2, Math.max(2, right - left), 2);
  }
}
