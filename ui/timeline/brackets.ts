/** Conflicts on the timeline: a bracket around the calls that a finding speaks of. */
import type { Evidence, Finding } from '../../model/finding.ts';
import { isConflict, titleOf } from '../findings/shown.ts';
import type { Bars } from '../run/bars.ts';
import { type Layout, slotTop } from './layout.ts';

export interface Bracket {
  readonly finding: Finding;
  /** In µs; an open call ends it at Infinity. */
  readonly from: number;
  readonly to: number;
  /** In px from the top of the first lane. */
  readonly top: number;
  readonly bottom: number;
  readonly bars: readonly number[];
  /** Brackets whose times overlap stand at different depths, so that their pills do. */
  readonly depth: number;
}

export interface BracketInput {
  readonly findings: readonly Finding[];
  readonly bars: Bars;
  readonly layout: Layout;
  readonly barOf: (message: string) => number | undefined;
}

/** By start. */
export function bracketsOf(input: BracketInput): Bracket[] {
  const found = input.findings
    .filter(isConflict)
    .map((finding) => bracketOf(finding, input))
    .filter((bracket) => bracket !== undefined)
    .sort((a, b) => a.from - b.from || a.top - b.top);
  const ends: number[] = [];
  return found.map((bracket) => {
    const free = ends.findIndex((end) => end <= bracket.from);
    const depth = free === -1 ? ends.length : free;
    ends[depth] = bracket.to;
    return { ...bracket, depth };
  });
}

/** What the pill of a conflict says, from the longest to the shortest. */
export function pillTexts(finding: Finding): readonly string[] {
  const { resource, lost } = finding;
  const what = lost ? `${lost.gone} of ${lost.of} gone` : titleOf(finding).toLowerCase();
  return resource === undefined ? [what] : [`${lastPart(resource)} · ${what}`, what];
}

/** The last segment of a path or address: a pill has no room for all of it, and the card has. */
function lastPart(resource: string): string {
  return /[^/\\]+$/.exec(resource)?.[0] ?? resource;
}

function bracketOf(
  finding: Finding,
  { bars, layout, barOf }: BracketInput,
): Omit<Bracket, 'depth'> | undefined {
  const writes = finding.lost ? finding.evidence.filter(isWrite) : [];
  const shown = writes.length > 0 ? writes : finding.evidence;
  const own = [...new Set(shown.map(({ message }) => barOf(message)))].filter(
    (bar) => bar !== undefined,
  );
  if (own.length === 0) return undefined;
  let [from, to, top, bottom] = [Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, 0];
  for (const bar of own) {
    const lane = layout.lanes[layout.laneOf[bar] ?? 0];
    if (!lane) continue;
    const y = lane.top + slotTop(lane, layout.slotOf[bar] ?? 0);
    from = Math.min(from, bars.start[bar] ?? 0);
    to = Math.max(to, bars.end[bar] ?? 0);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + lane.bar);
  }
  return { finding, from, to, top, bottom, bars: own };
}

/** Of losses: the read that shows one comes later and may be far away; the bracket is about the writes. */
function isWrite({ role }: Evidence): boolean {
  return !/\bread\b/i.test(role);
}
