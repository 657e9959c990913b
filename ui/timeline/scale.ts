/** The part of a run that a timeline shows. Times are µs since the run began; nothing here draws. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A range laid over a width in CSS pixels. */
export interface Viewport extends Range {
  readonly width: number;
}

export interface Tick {
  readonly time: number;
  readonly label: string;
}

/** No closer than this, in µs: at 20 µs one recorded microsecond is some fifty pixels wide. */
export const SHORTEST_RANGE = 20;

/** How much room `fit` leaves before the first and after the last message. */
const MARGIN = 0.02;

export function xOf({ from, to, width }: Viewport, time: number): number {
  return ((time - from) / (to - from)) * width;
}

export function timeAt({ from, to, width }: Viewport, x: number): number {
  return from + (x / Math.max(1, width)) * (to - from);
}

/** The whole of a run, from its first to its last moment, with a margin on both sides. */
export function fitted({ from, to }: Range): Range {
  const span = Math.max(to - from, SHORTEST_RANGE);
  return { from: from - span * MARGIN, to: from + span * (1 + MARGIN) };
}

/** The range with the same middle or place, kept inside what `fitted` shows and above the shortest. */
export function clamped({ from, to }: Range, run: Range): Range {
  const whole = fitted(run);
  const span = Math.min(Math.max(to - from, SHORTEST_RANGE), whole.to - whole.from);
  const start = Math.min(Math.max(from, whole.from), whole.to - span);
  return { from: start, to: start + span };
}

/** Zooms so that the moment `at` stays where it is; a factor above 1 shows less. */
export function zoomed({ from, to }: Range, factor: number, at: number): Range {
  const span = Math.max((to - from) / factor, SHORTEST_RANGE);
  const share = (at - from) / (to - from);
  return { from: at - share * span, to: at + (1 - share) * span };
}

export function panned({ from, to }: Range, by: number): Range {
  return { from: from + by, to: to + by };
}

/** The range around these moments, with a fifth of their distance on both sides. */
export function around(from: number, to: number): Range {
  const span = Math.max(to - from, SHORTEST_RANGE);
  return { from: from - span * 0.2, to: from + span * 1.2 };
}

const STEPS = [1, 2, 5];
const MINUTES = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400].map(
  (s) => s * 1e6,
);

/** The distance of two ticks, in µs: a round number that is at least `gap` pixels wide. */
export function tickStep({ from, to, width }: Viewport, gap: number): number {
  const least = Math.max(((to - from) / Math.max(1, width)) * gap, 1);
  if (least > 30e6)
    return MINUTES.find((step) => step >= least) ?? Math.ceil(least / 86_400e6) * 86_400e6;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = STEPS.map((one) => one * power).find((one) => one >= least * 0.999);
  return step ?? power * 10;
}

/** The ticks from the first moment of the run on, at least `gap` pixels apart. */
export function ticks(viewport: Viewport, begin: number, gap = 110): Tick[] {
  const step = tickStep(viewport, gap);
  const first = Math.ceil(Math.max(begin, viewport.from) / step);
  const last = Math.floor(viewport.to / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const time = (first + index) * step;
    return { time, label: moment(time, step, viewport.to) };
  });
}

/**
 * A moment of the run, as exact as `step` and in the unit that fits the latest moment shown beside it:
 * `2.40 s`, `120 ms`, `40 µs`, `1:30`.
 */
export function moment(time: number, step: number, latest: number): string {
  if (latest >= 120e6 && step >= 1e6) return clock(time);
  if (latest >= 1e6) return `${(time / 1e6).toFixed(decimals(step, 1e6))} s`;
  if (latest >= 1e3) return `${(time / 1e3).toFixed(decimals(step, 1e3))} ms`;
  return `${Math.round(time)} µs`;
}

function decimals(step: number, unit: number): number {
  return Math.min(6, Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9)));
}

function clock(time: number): string {
  if (time < 0) return `-${clock(-time)}`;
  const seconds = Math.round(time / 1e6);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
