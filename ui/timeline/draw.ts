/** Draws the lanes of a run: grid, bars or density, brackets, cursor. Reads the scene, changes nothing. */
import { drawBar, type Ink } from './draw-bar.ts';
import { drawBrackets, shadeBrackets } from './draw-bracket.ts';
import { drawEdges } from './draw-edge.ts';
import { drawMarks } from './draw-mark.ts';
import { drawStrip } from './draw-strip.ts';
import { firstEndingFrom, firstStartingFrom } from './hit.ts';
import { FOLD_HEIGHT, type PlacedLane, slotIn, slotTop } from './layout.ts';
import { moment, tickStep, ticks, xOf } from './scale.ts';
import { edges, type Scene, viewportOf } from './scene.ts';

export function drawLanes(context: CanvasRenderingContext2D, scene: Scene): void {
  context.clearRect(0, 0, scene.width, scene.height);
  drawGrid(context, scene);
  shadeBrackets(context, scene);
  scene.layout.lanes.forEach((lane, index) => {
    const top = lane.top - scene.scrollTop;
    if (top > scene.height || top + lane.height < 0) return;
    if (isCrowded(lane, scene)) {
      drawStrip(context, scene, { ...lane, base: top + lane.height - 7, room: lane.height - 14 });
    } else {
      drawSlots(context, scene, lane, index);
      drawFold(context, scene, lane, index);
    }
    drawMarks(context, scene, lane);
  });
  drawEdges(context, scene);
  drawCursor(context, scene);
  drawBrackets(context, scene);
}

/** More calls begin in view than there are pixels: single bars would only paint over each other. */
export function isCrowded(
  lane: PlacedLane,
  { range, width }: Pick<Scene, 'range' | 'width'>,
): boolean {
  const first = firstStartingFrom(lane.members, lane.items, range.from);
  return firstStartingFrom(lane.members, lane.items, range.to) - first > width;
}

function drawGrid(context: CanvasRenderingContext2D, scene: Scene): void {
  const viewport = viewportOf(scene);
  const bottom = Math.min(scene.height, scene.layout.height - scene.scrollTop);
  context.fillStyle = scene.palette.token.line;
  for (const { time } of ticks(viewport, scene.layout.begin))
    context.fillRect(Math.round(xOf(viewport, time)), 0, 1, bottom);
}

function drawSlots(
  context: CanvasRenderingContext2D,
  scene: Scene,
  lane: PlacedLane,
  index: number,
): void {
  const { items, slots } = lane;
  slots.forEach((slot, number) => {
    const y = lane.top + slotTop(lane, number) - scene.scrollTop;
    if (y > scene.height || y + lane.bar < 0) return;
    // What ends a pixel or two left of the view is still as wide as the narrowest bar.
    let place = firstEndingFrom(
      slot,
      items,
      scene.range.from - (3 * (scene.range.to - scene.range.from)) / scene.width,
    );
    let drawn = Number.NEGATIVE_INFINITY;
    for (; place < slot.length; place++) {
      const member = slot[place] ?? 0;
      const start = items.start[member] ?? 0;
      if (start > scene.range.to) return;
      const { left, right } = edges(scene, start, items.end[member] ?? 0);
      if (right - drawn < 1) continue;
      drawn = right;
      drawBar(context, scene, {
        lane,
        member,
        left,
        right,
        y,
        ink: inkOf(scene, lane, index, member),
      });
    }
  });
}

/** What found no slot, as a strip; above it, as bars, what of that is looked at. */
function drawFold(
  context: CanvasRenderingContext2D,
  scene: Scene,
  lane: PlacedLane,
  index: number,
): void {
  const { fold, items, slots } = lane;
  if (!fold) return;
  const y = lane.top + slotTop(lane, slots.length) - scene.scrollTop;
  const row = { ...lane, bar: FOLD_HEIGHT };
  drawStrip(context, scene, { ...lane, ...fold, base: y + FOLD_HEIGHT, room: FOLD_HEIGHT });
  for (const { lane: own, member } of [scene.hovered, scene.selected].filter(
    (one) => one !== undefined,
  )) {
    if (own !== index || slotIn(scene.layout, { lane: own, member }) < slots.length) continue;
    const sides = edges(scene, items.start[member] ?? 0, items.end[member] ?? 0);
    drawBar(context, scene, {
      lane: row,
      member,
      ...sides,
      y,
      ink: inkOf(scene, lane, index, member),
    });
  }
}

function inkOf(scene: Scene, lane: PlacedLane, index: number, member: number): Ink {
  const same = (one: Scene['selected']): boolean => one?.lane === index && one.member === member;
  const calls = scene.callsOf(lane, member);
  return {
    selected: same(scene.selected),
    hovered: same(scene.hovered),
    dimmed: scene.matches !== undefined && !calls.some(scene.matches),
  };
}

function drawCursor(context: CanvasRenderingContext2D, scene: Scene): void {
  const { cursor, palette, height } = scene;
  if (cursor === undefined || cursor < scene.range.from || cursor > scene.range.to) return;
  const viewport = viewportOf(scene);
  const x = Math.round(xOf(viewport, cursor));
  const label = moment(cursor, tickStep(viewport, 2), scene.range.to);
  const bottom = Math.min(height - 26, scene.layout.height - scene.scrollTop + 18);
  context.fillStyle = palette.token.accent;
  context.fillRect(x, 0, 1.5, bottom);
  context.font = `500 11px ${palette.mono}`;
  const width = Math.ceil(context.measureText(label).width) + 14;
  const left = Math.min(Math.max(2, x - width / 2), scene.width - width - 2);
  context.beginPath();
  context.roundRect(left, bottom, width, 20, 4);
  context.fill();
  context.fillStyle = palette.token['accent-ink'];
  context.textBaseline = 'middle';
  context.fillText(label, left + 7, bottom + 10.5);
}
