/** The rows of a run that the query leaves, in order of time: places in the merged rows, found by position. */
import type { Row } from '../../model/columns.ts';
import { matches } from '../query.ts';
import { subjectOfRow } from '../run/rows.ts';
import type { RunView } from '../run/run-view.svelte.ts';

export interface PlacedRow {
  readonly track: number;
  readonly row: Row;
  /** µs since the run began, and since the row shown before. */
  readonly time: number;
  readonly since: number | undefined;
  readonly message: string;
}

export class ShownRows {
  readonly #view: RunView;
  /** Places in the merged rows; undefined while there is no query. */
  readonly #found = $derived.by(() => {
    const { data, query, layout, brackets } = this.#view;
    void [layout, brackets];
    if (query.terms.length === 0) return undefined;
    const places: number[] = [];
    for (let place = 0; place < data.buffer.rows.length; place++)
      if (this.#matches(place)) places.push(place);
    return places;
  });
  readonly count = $derived.by(() => {
    void this.#view.layout;
    return this.#found?.length ?? this.#view.data.buffer.rows.length;
  });

  constructor(view: RunView) {
    this.#view = view;
  }

  at(position: number): PlacedRow {
    const { buffer } = this.#view.data;
    const place = this.#found?.[position] ?? position;
    const before = this.#found?.[position - 1] ?? position - 1;
    const track = buffer.rows.track[place] ?? 0;
    const row = buffer.row(track, buffer.rows.row[place] ?? 0);
    const time = buffer.rows.time[place] ?? 0;
    const message = buffer.messageAt(track, row.row);
    return {
      track,
      row,
      time,
      since: position === 0 ? undefined : time - (buffer.rows.time[before] ?? 0),
      message,
    };
  }

  /** Where a message stands; −1 when it is not shown. */
  positionOf(message: string | undefined): number {
    if (message === undefined) return -1;
    for (let position = 0; position < this.count; position++)
      if (this.at(position).message === message) return position;
    return -1;
  }

  #matches(place: number): boolean {
    const { data, query } = this.#view;
    const track = data.buffer.rows.track[place] ?? 0;
    const row = data.buffer.row(track, data.buffer.rows.row[place] ?? 0);
    return matches(
      query,
      subjectOfRow(data.buffer, track, row, (bar) => this.#view.inConflict(bar)),
    );
  }
}
