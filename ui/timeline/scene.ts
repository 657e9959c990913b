/** Everything a drawing of the lanes depends on; two equal scenes give the same pixels. */
import type { Bracket } from './brackets.ts';
import type { Edge } from './draw-edge.ts';
import type { Layout, PlacedLane } from './layout.ts';
import type { Palette } from './palette.ts';
import { type Range, type Viewport, xOf } from './scale.ts';

export interface Picked {
  readonly lane: number;
  /** An index into the lane's items. */
  readonly member: number;
}

export interface Scene {
  readonly layout: Layout;
  readonly palette: Palette;
  readonly range: Range;
  /** In CSS px. */
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  /** The present, in µs since the run began: where open calls end. */
  readonly now: number;
  readonly brackets: readonly Bracket[];
  /** What an item may be called, from the longest to the shortest. */
  readonly labels: (lane: PlacedLane, member: number) => readonly string[];
  /** The calls that an item is about; a call is about itself. */
  readonly callsOf: (lane: PlacedLane, member: number) => readonly number[];
  /** Says of a call whether it is part of what is looked for; none: everything is. */
  readonly matches?: ((bar: number) => boolean) | undefined;
  readonly selected?: Picked | undefined;
  /** Those of what is selected or hovered. */
  readonly edges: readonly Edge[];
  readonly hovered?: Picked | undefined;
  /** The conflict that is looked at. */
  readonly bracket?: Bracket | undefined;
  /** The moment under the pointer, or of the selection. */
  readonly cursor?: number | undefined;
}

export function viewportOf({ range, width }: Scene): Viewport {
  return { ...range, width };
}

/** The left and right edge of an interval in px, at least as wide as can be seen. */
export function edges(scene: Scene, start: number, end: number): { left: number; right: number } {
  const viewport = viewportOf(scene);
  const left = xOf(viewport, start);
  const right = xOf(viewport, Math.min(end, Math.max(scene.now, start)));
  return { left, right: Math.max(right, left + LEAST_WIDTH) };
}

export const LEAST_WIDTH = 3;
