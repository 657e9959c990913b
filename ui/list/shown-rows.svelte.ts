/** The rows of a run that the query leaves, and the spans of others among them, in order of time, found by position. */
import type { Row } from '../../model/columns.ts';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { matches } from '../query.ts';
import { subjectOfRow } from '../run/rows.ts';
import { type RunView, SPAN } from '../run/run-view.svelte.ts';
import { subjectOfSpan } from '../run/span-subject.ts';
import type { PlacedLane } from '../timeline/layout.ts';
import { among } from './among.ts';

interface Placed {
  /** A message reference, or what a span is selected by. */
  readonly message: string;
  /** µs since the run began. */
  readonly time: number;
}

export interface PlacedMessage extends Placed {
  readonly track: number;
  readonly row: Row;
}

export interface PlacedSpan extends Placed {
  readonly span: ForeignSpan;
  readonly lane: PlacedLane;
  /** In µs. */
  readonly took: number;
}

/** `since`: µs since the row shown before. */
export type PlacedRow = (PlacedMessage | PlacedSpan) & { readonly since: number | undefined };

export class ShownRows {
  readonly #view: RunView;
  readonly #spans = $derived.by(() => placedSpans(this.#view));
  readonly #all = $derived.by(() => {
    const { layout, data } = this.#view;
    void layout;
    return among(
      data.buffer.rows.time,
      this.#spans.map(({ time }) => time),
    );
  });
  /** Positions among all; undefined while there is no query. */
  readonly #found = $derived.by(() => {
    const { query, brackets } = this.#view;
    void brackets;
    if (query.terms.length === 0) return undefined;
    const positions: number[] = [];
    for (let position = 0; position < this.#all.count; position++)
      if (this.#matches(this.#placed(position))) positions.push(position);
    return positions;
  });
  readonly count = $derived.by(() => this.#found?.length ?? this.#all.count);
  readonly hasSpans = $derived.by(() => this.#spans.length > 0);

  constructor(view: RunView) {
    this.#view = view;
  }

  at(position: number): PlacedRow {
    const own = this.#shown(position);
    const since = position === 0 ? undefined : own.time - this.#shown(position - 1).time;
    return { ...own, since };
  }

  /** Where a message or span stands; −1 when it is not shown. */
  positionOf(message: string | undefined): number {
    if (message === undefined) return -1;
    for (let position = 0; position < this.count; position++)
      if (this.#shown(position).message === message) return position;
    return -1;
  }

  #shown(position: number): PlacedMessage | PlacedSpan {
    return this.#placed(this.#found?.[position] ?? position);
  }

  #placed(position: number): PlacedMessage | PlacedSpan {
    const { buffer } = this.#view.data;
    const found = this.#all.at(position);
    const span = 'span' in found ? this.#spans[found.span] : undefined;
    if (span) return span;
    const place = 'place' in found ? found.place : 0;
    const track = buffer.rows.track[place] ?? 0;
    const row = buffer.row(track, buffer.rows.row[place] ?? 0);
    const time = buffer.rows.time[place] ?? 0;
    return { track, row, time, message: buffer.messageAt(track, row.row) };
  }

  #matches(placed: PlacedMessage | PlacedSpan): boolean {
    const { data, query } = this.#view;
    if ('span' in placed) return matches(query, subjectOfSpan(placed.span));
    const inConflict = (bar: number): boolean => this.#view.inConflict(bar);
    return matches(query, subjectOfRow(data.buffer, placed.track, placed.row, inConflict));
  }
}

/** Those that stand on the timeline, by start. */
function placedSpans({ layout, spans }: RunView): PlacedSpan[] {
  return layout.lanes
    .flatMap((lane) => (lane.spans ?? []).flatMap((index) => placedSpan(lane, index, spans)))
    .sort((a, b) => a.time - b.time);
}

function placedSpan(lane: PlacedLane, index: number, { buffer }: RunView['spans']): PlacedSpan[] {
  const span = buffer.all[index];
  const time = lane.items.start[index] ?? 0;
  const took = (lane.items.end[index] ?? time) - time;
  return span ? [{ span, lane, time, took, message: SPAN + span.spanId }] : [];
}
