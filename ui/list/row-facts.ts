/** What a row of the list says, ready to be shown. */
import type { Row, RowKind } from '../../model/columns.ts';
import { amount, duration } from '../format.ts';
import { ABANDONED, CANCELLED, CUT_OFF, FAILED, OPEN } from '../run/bars.ts';
import { barOfRow } from '../run/rows.ts';
import type { RunView } from '../run/run-view.svelte.ts';
import { serviceOf } from '../run/span-buffer.ts';
import type { PlacedMessage, PlacedRow, PlacedSpan } from './shown-rows.svelte.ts';

export interface RowFacts {
  readonly message: string;
  readonly time: string;
  readonly since: string;
  readonly lane: string;
  readonly colour: number;
  /** Which way it crossed; a span is no crossing but a stretch, and other entries are neither. */
  readonly direction: 'out' | 'back' | 'span' | undefined;
  readonly kind: string;
  readonly name: string;
  readonly subject: string;
  readonly took: string;
  readonly size: string;
  readonly failed: boolean;
  readonly conflict: boolean;
  readonly remark: string;
}

const CROSSING: ReadonlySet<RowKind> = new Set([
  'request',
  'response',
  'notification',
  'invalid',
  'frame',
  'stderr',
]);

/** What messages and spans are told apart by. */
type OwnFacts = Omit<RowFacts, 'message' | 'time' | 'since'>;

export function rowFacts(view: RunView, placed: PlacedRow): RowFacts {
  const { time, since, message } = placed;
  return {
    message,
    time: (time / 1e6).toFixed(6),
    since: since === undefined ? '' : `+${duration(since)}`,
    ...('span' in placed ? spanFacts(placed) : messageFacts(view, placed)),
  };
}

function spanFacts({ span, lane, took }: PlacedSpan): OwnFacts {
  return {
    lane: serviceOf(span),
    colour: lane.colour,
    direction: 'span',
    kind: 'span',
    name: span.name,
    subject: '',
    took: duration(took),
    size: '',
    failed: span.status === 'error',
    conflict: false,
    remark: '',
  };
}

function messageFacts(view: RunView, { track, row }: PlacedMessage): OwnFacts {
  const { buffer } = view.data;
  const bar = barOfRow(buffer, track, row);
  const flags = bar === undefined ? 0 : (buffer.bars.flags[bar] ?? 0);
  const lane = view.layout.lanes.find((one) => one.kind === 'server' && one.tracks.includes(track));
  const isRequest = row.kind === 'request';
  return {
    lane: view.names[track] ?? '',
    colour: lane?.colour ?? 1,
    direction: CROSSING.has(row.kind) ? (row.from === 'client' ? 'out' : 'back') : undefined,
    kind: row.kind,
    name: nameOf(row),
    subject: row.subject,
    took: isRequest && bar !== undefined ? tookOf(view, bar) : '',
    size: row.size === 0 ? '' : amount(row.size),
    failed:
      row.kind === 'invalid' ||
      row.kind === 'gap' ||
      ((flags & FAILED) !== 0 && row.kind !== 'notification'),
    conflict: bar !== undefined && view.inConflict(bar),
    remark: isRequest ? remarkOf(flags) : '',
  };
}

function nameOf({ kind, method, outcome }: Row): string {
  if (kind === 'response') return outcome ?? 'unknown response';
  if (kind === 'http' && outcome !== undefined) return `${method} ${WORDS[outcome] ?? outcome}`;
  return method === '' ? kind : method;
}

/** What became of a call whose exchange ended. */
const WORDS: Readonly<Record<string, string>> = { open: 'not answered yet', abandoned: 'over' };

function tookOf({ data, now }: RunView, bar: number): string {
  const { start, end } = data.buffer.bars;
  return duration(Math.min(end[bar] ?? 0, Math.max(now, start[bar] ?? 0)) - (start[bar] ?? 0));
}

function remarkOf(flags: number): string {
  if ((flags & OPEN) !== 0) return (flags & CUT_OFF) === 0 ? 'open' : 'open, cut off';
  if ((flags & CUT_OFF) !== 0 && (flags & FAILED) !== 0) return 'failed';
  if ((flags & ABANDONED) !== 0) return 'no answer';
  return (flags & CANCELLED) !== 0 ? 'cancelled' : '';
}
