/**
 * Where an entry goes in a session: into a free place, into a gap that gives way, or nowhere.
 *
 * Runs inside the transaction of an append and keeps the counters of its session in memory; the
 * append writes them once at the end.
 */
import { type Entry, type GapEntry, lastSeq } from '../../model/entry.ts';
import { decodeEntry, encodeEntry } from '../../model/line.ts';
import type { SessionRows } from './rows.ts';

/** The counters of a session while entries are placed in it. */
export interface Place {
  complete: number;
  highest: number;
  bytes: number;
  rewritten: boolean;
  followed: boolean;
}

/** A row of metadata: where an entry stands. */
export interface Covering {
  readonly seq: number;
  readonly last: number;
  readonly gap: number;
  readonly size: number;
}

/** Puts an entry where it belongs, and keeps the counters. */
export function putEntry(rows: SessionRows, place: Place, entry: Entry): void {
  if (entry.seq !== place.highest + 1) place.followed = false;
  // Most entries come in order, and need no look at what is stored.
  if (entry.seq > place.highest) insert(rows, place, entry);
  else if (entry.type === 'gap') putGap(rows, place, entry);
  else {
    const found = rows.cover(entry.seq);
    if (!found) insert(rows, place, entry);
    else if (found.gap === 1) putIntoGap(rows, place, { entry, found });
  }
}

/** The gap gives way, and keeps what is still lost before and behind the entry. */
function putIntoGap(
  rows: SessionRows,
  place: Place,
  { entry, found }: { entry: Entry; found: Covering },
): void {
  const gap = removeGap(rows, place, found);
  if (entry.seq <= place.complete) place.rewritten = true;
  if (gap && gap.seq < entry.seq) insert(rows, place, part(gap, gap.seq, entry.seq - 1));
  insert(rows, place, entry);
  if (gap && gap.to > entry.seq) insert(rows, place, part(gap, entry.seq + 1, gap.to));
}

/** Moves `complete` over what is stored behind it. */
export function advance(rows: SessionRows, place: Place): void {
  while (place.complete < place.highest) {
    const next = rows.cover(place.complete + 1);
    if (!next) return;
    place.complete = next.last;
  }
}

function putGap(rows: SessionRows, place: Place, gap: GapEntry): void {
  let from = Math.max(gap.seq, (rows.cover(gap.seq)?.last ?? -1) + 1);
  for (const row of rows.within(gap.seq, gap.to)) {
    if (row.seq > from) insert(rows, place, part(gap, from, row.seq - 1));
    from = Math.max(from, row.last + 1);
  }
  if (from <= gap.to) insert(rows, place, part(gap, from, gap.to));
}

function insert(rows: SessionRows, place: Place, entry: Entry): void {
  const line = encodeEntry(entry);
  const size = Buffer.byteLength(line);
  const last = lastSeq(entry);
  rows.insert(entry, { seq: entry.seq, last, gap: entry.type === 'gap' ? 1 : 0, size }, line);
  place.bytes += size;
  if (entry.seq === place.complete + 1) place.complete = last;
  place.highest = Math.max(place.highest, last);
}

function removeGap(rows: SessionRows, place: Place, { seq, size }: Covering): GapEntry | undefined {
  const decoded = decodeEntry(rows.remove(seq));
  place.bytes -= size;
  return decoded.ok && decoded.entry.type === 'gap' ? decoded.entry : undefined;
}

/** A gap, for no more than `seq` to `to`. */
function part(gap: GapEntry, seq: number, to: number): GapEntry {
  return seq === gap.seq && to === gap.to ? gap : { ...gap, seq, to, count: to - seq + 1 };
}
