/** What the canvas shows of a lane, in words: for those who do not see it. Only what is in view, and not all of that. */
import { duration } from '../format.ts';
import { visible } from '../hostile.ts';
import { ABANDONED, CANCELLED, FAILED, FROM_SERVER, OPEN } from '../run/bars.ts';
import { callName, cutOffBy, requestRow } from '../run/rows.ts';
import type { RunView } from '../run/run-view.svelte.ts';
import { batchLabel } from './batches.ts';
import { firstStartingFrom } from './hit.ts';
import type { PlacedLane } from './layout.ts';
import { spanLabels } from './span-labels.ts';

/** Cells in all lanes together; the list view has everything. */
const LIMIT = 160;

export interface Cell {
  readonly key: string;
  readonly text: string;
  readonly selected: boolean;
}

export interface LaneDescription {
  readonly cells: readonly Cell[];
  readonly rest: number;
}

export function describeLane(view: RunView, index: number): LaneDescription {
  const { lanes } = view.layout;
  const lane = lanes[index];
  if (!lane) return { cells: [], rest: 0 };
  const limit = Math.max(1, Math.floor(LIMIT / lanes.length));
  const first = firstStartingFrom(lane.members, lane.items, view.range.from);
  const end = firstStartingFrom(lane.members, lane.items, view.range.to);
  const shown = lane.members.slice(first, Math.min(end, first + limit));
  const { picked } = view;
  if (picked?.lane === index && !shown.includes(picked.member)) shown.push(picked.member);
  return {
    cells: shown.map((member) => ({
      key: `${index} ${member}`,
      text: describe(view, lane, member),
      selected: picked?.lane === index && picked.member === member,
    })),
    rest: Math.max(0, end - first - limit),
  };
}

function nameOf(view: RunView, lane: PlacedLane, member: number): string {
  if (lane.batches) return batchLabel(lane.batches, member);
  const span = lane.spans && view.spans.buffer.all[member];
  if (span) return spanLabels(span)[0] ?? '';
  return visible(callName(requestRow(view.data.buffer, member)));
}

/** `update_issue, 412 ms, failed, conflict` */
export function describe(view: RunView, lane: PlacedLane, member: number): string {
  const flags = lane.items.flags[member] ?? 0;
  const start = lane.items.start[member] ?? 0;
  const end = Math.min(lane.items.end[member] ?? 0, view.now);
  const isCall = lane.kind === 'server';
  return [
    nameOf(view, lane, member),
    duration(end - start),
    (flags & FROM_SERVER) !== 0 && 'asked by the server',
    (flags & FAILED) !== 0 && 'failed',
    (flags & OPEN) !== 0 && 'no answer yet',
    (flags & ABANDONED) !== 0 && 'never answered',
    (flags & CANCELLED) !== 0 && 'cancelled',
    isCall && visible(cutOffBy(view.data.buffer, member)),
    isCall && view.inConflict(member) && 'conflict',
  ]
    .filter((part) => part !== false && part !== '')
    .join(', ');
}
