/** What stands in the head of the inspector and beside its messages. */
import type { Entry } from '../../model/entry.ts';
import { duration, bytes as size } from '../format.ts';
import { short } from '../hostile.ts';
import { cutOffBy, requestRow } from '../run/rows.ts';
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
  /** What stands in `response`: the answer, or what ended the exchange without one. */
  readonly answered: boolean;
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
  const last = bars.response[bar] ?? 0;
  const cutOff = short(cutOffBy(buffer, bar));
  const answered = last !== 0 && cutOff === '';
  const answer = answered ? buffer.row(track, last - 1) : undefined;
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
    answered,
    facts: [
      last === 0 ? `#${row.seq}` : `#${row.seq} → #${buffer.row(track, last - 1).seq}`,
      ...(row.id === undefined ? [] : [`id ${short(row.id)}`]),
      tookText(end, took, answered || cutOff !== ''),
      ...(row.from === 'server' ? ['asked by the server'] : []),
      ...(cutOff === '' ? [] : [cutOff]),
      ...(answer?.outcome === 'error' ? ['answered with an error'] : []),
      ...(answer?.outcome === 'tool-error' ? ['the tool failed'] : []),
    ],
  };
}

function tookText(end: number, took: string, isOver: boolean): string {
  if (end === Number.POSITIVE_INFINITY) return `open for ${took}`;
  return isOver ? took : `never answered, ${took} to the end`;
}
