/** What the list, the filter and the labels need of one row; made when it is asked for, never kept. */
import type { Row } from '../../model/columns.ts';
import type { Subject } from '../query.ts';
import { CUT_OFF, FAILED, OPEN } from './bars.ts';
import type { RunBuffer } from './buffer.ts';

/** What a call is called: its subject, else its method. */
export function callName({ method, subject }: Row): string {
  return subject === '' ? method : subject;
}

/** The request's row of a bar. */
export function requestRow(buffer: RunBuffer, bar: number): Row {
  return buffer.row(buffer.bars.track[bar] ?? 0, buffer.bars.request[bar] ?? 0);
}

/** How the exchange of a call ended that has no answer: `HTTP 500`; empty for all other calls. */
export function cutOffBy(buffer: RunBuffer, bar: number): string {
  const { flags, track, response } = buffer.bars;
  if (((flags[bar] ?? 0) & CUT_OFF) === 0) return '';
  return buffer.row(track[bar] ?? 0, (response[bar] ?? 1) - 1).subject;
}

/** The bar that a row belongs to, if any. */
export function barOfRow(buffer: RunBuffer, track: number, row: Row): number | undefined {
  const own = buffer.tracks[track];
  return own === undefined ? undefined : buffer.barAt(track, row.peer ?? row.row);
}

/** The id of a request or of what belongs to one, in lower case and without quotes. */
function idOf(buffer: RunBuffer, track: number, row: Row): string {
  const { id = '' } = row.peer === undefined ? row : buffer.row(track, row.peer);
  return id.replace(/^"(.*)"$/s, '$1').toLowerCase();
}

/** What a query can ask of a row. */
export function subjectOfRow(
  buffer: RunBuffer,
  track: number,
  row: Row,
  inConflict: (bar: number) => boolean,
): Subject {
  const bar = barOfRow(buffer, track, row);
  const states = new Set<string>();
  const flags = bar === undefined ? 0 : (buffer.bars.flags[bar] ?? 0);
  if ((flags & FAILED) !== 0 || row.kind === 'invalid' || row.kind === 'gap') states.add('error');
  if ((flags & OPEN) !== 0) states.add('open');
  if (bar !== undefined && inConflict(bar)) states.add('conflict');
  return {
    server: (buffer.tracks[track]?.summary.name ?? '').toLowerCase(),
    tool: row.method === 'tools/call' ? row.subject.toLowerCase() : '',
    method: row.method.toLowerCase(),
    subject: row.subject.toLowerCase(),
    id: idOf(buffer, track, row),
    kind: row.kind,
    states,
  };
}
