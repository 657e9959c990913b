/** Where there is no room for bars: how many calls were under way over time, and what share of them failed. */
import { type Density, levelFor } from './density.ts';
import { laneFill } from './palette.ts';
import { timeAt } from './scale.ts';
import { type Scene, viewportOf } from './scene.ts';

export interface Strip {
  readonly density: Density;
  /** That of its lane. */
  readonly colour: number;
  /** Its lower edge on the canvas, and how far it may rise above that, in px. */
  readonly base: number;
  readonly room: number;
}

export function drawStrip(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { density, colour, base, room }: Strip,
): void {
  const viewport = viewportOf(scene);
  const level = levelFor(density, (viewport.to - viewport.from) / viewport.width);
  const tallest = Math.log2(1 + peakOf(density));
  const { fill } = laneFill(scene.palette, colour);
  const bars = columnsOf(scene, { width: level.width, begin: density.begin }, (bucket) => ({
    busy: level.busy[bucket] ?? 0,
    share: (level.failed[bucket] ?? 0) / Math.max(1, level.begun[bucket] ?? 0),
  }));
  for (const { x, width, busy, share } of bars) {
    const height = Math.max(2, (Math.log2(1 + busy) / Math.max(1, tallest)) * room);
    context.globalAlpha = 0.85;
    context.fillStyle = fill;
    context.fillRect(x, base - height, width, height);
    context.globalAlpha = 1;
    if (share === 0) continue;
    const part = Math.max(2, height * share);
    context.fillStyle = scene.palette.token.error;
    context.fillRect(x, base - part, width, part);
  }
}

interface Column {
  readonly x: number;
  readonly width: number;
  readonly busy: number;
  readonly share: number;
}

function columnsOf(
  scene: Scene,
  { width, begin }: { readonly width: number; readonly begin: number },
  read: (bucket: number) => { busy: number; share: number },
): Column[] {
  const viewport = viewportOf(scene);
  const first = Math.max(0, Math.floor((timeAt(viewport, 0) - begin) / width));
  const last = Math.floor((timeAt(viewport, viewport.width) - begin) / width);
  const pixels = (width / (viewport.to - viewport.from)) * viewport.width;
  const start =
    ((begin + first * width - viewport.from) / (viewport.to - viewport.from)) * viewport.width;
  const columns: Column[] = [];
  for (let bucket = first; bucket <= last; bucket++) {
    const { busy, share } = read(bucket);
    if (busy > 0)
      columns.push({ x: start + (bucket - first) * pixels, width: pixels + 0.5, busy, share });
  }
  return columns;
}

function peakOf({ levels }: Density): number {
  return levels.at(-1)?.busy[0] ?? 1;
}
