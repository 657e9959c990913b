/** What stands in the head of the inspector and beside its messages. */
import type { Entry } from '../../model/entry.ts';
import { duration, bytes as size } from '../format.ts';
import { short } from '../hostile.ts';
import { requestRow } from '../run/rows.ts';
import type { RunView } from '../run/run-view.svelte.ts';

/** The bytes of a text as UTF-8. */
export function bytes(text: string): string {
  return size(new TextEncoder().encode(text).length);
}

/** When an entry crossed, in the time of the run; `offset` is the start of its session in it, in µs. */
export function moment({ at }: Entry, offset: number): string {
  return `at ${((at + offset) / 1e6).toFixed(6)} s`;
}

export interface CallFacts {
  readonly server: string;
  readonly title: string;
  readonly request: string;
  readonly response: string | undefined;
  readonly facts: readonly string[];
  /** The start of its session, in µs since the run began. */
  readonly offset: number;
}

/** `#47 → #52 · 412 ms` and so on of a call. */
export function factsOf({ data, now, names }: RunView, bar: number): CallFacts {
  const { buffer } = data;
  const { bars, tracks } = buffer;
  const row = requestRow(buffer, bar);
  const track = bars.track[bar] ?? 0;
  const response = bars.response[bar] ?? 0;
  const answer = response === 0 ? undefined : buffer.row(track, response - 1);
  const end = bars.end[bar] ?? 0;
  const took = duration(
    Math.min(end, Math.max(now, bars.start[bar] ?? 0)) - (bars.start[bar] ?? 0),
  );
  return {
    server: names[track] ?? '',
    offset: tracks[track]?.offset ?? 0,
    title: [row.method, row.subject].filter((part) => part !== '').join(' '),
    request: buffer.requestOf(bar),
    response: buffer.responseOf(bar),
    facts: [
      answer ? `#${row.seq} → #${answer.seq}` : `#${row.seq}`,
      ...(row.id === undefined ? [] : [`id ${short(row.id)}`]),
      end === Number.POSITIVE_INFINITY
        ? `open for ${took}`
        : answer
          ? took
          : `never answered, ${took} to the end`,
      ...(row.from === 'server' ? ['asked by the server'] : []),
      ...(answer?.outcome === 'error' ? ['answered with an error'] : []),
      ...(answer?.outcome === 'tool-error' ? ['the tool failed'] : []),
    ],
  };
}
