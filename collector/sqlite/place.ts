/**
 * Where an entry goes in a session: into a free place, into a gap that gives way, or nowhere.
 *
 * Runs inside the transaction of an append and keeps the counters of its session in memory; the
 * append writes them once at the end.
 */
import { type Entry, type GapEntry, lastSeq } from '../../model/entry.ts';
import { decodeEntry, encodeEntry } from '../../model/line.ts';
import type { Database } from './driver.ts';

/** The row of a session while entries are placed in it. */
export interface Place {
  readonly number: number;
  complete: number;
  highest: number;
  bytes: number;
  rewritten: boolean;
  followed: boolean;
}

interface Covering {
  readonly seq: number;
  readonly last: number;
  readonly gap: number;
  readonly size: number;
  readonly payload: number;
}

export interface Placer {
  put(place: Place, entry: Entry): void;
  /** Moves `complete` over what is stored behind it. */
  advance(place: Place): void;
}

export function createPlacer(database: Database): Placer {
  const rows = createRows(database);

  const putGap = (place: Place, gap: GapEntry): void => {
    let from = Math.max(gap.seq, (rows.cover(place, gap.seq)?.last ?? -1) + 1);
    for (const row of rows.within(place, gap)) {
      if (row.seq > from) rows.insert(place, part(gap, from, row.seq - 1));
      from = Math.max(from, row.last + 1);
    }
    if (from <= gap.to) rows.insert(place, part(gap, from, gap.to));
  };

  return {
    put(place, entry) {
      if (entry.seq !== place.highest + 1) place.followed = false;
      // Most entries come in order, and need no look at what is stored.
      if (entry.seq > place.highest) return rows.insert(place, entry);
      if (entry.type === 'gap') return putGap(place, entry);
      const found = rows.cover(place, entry.seq);
      if (!found) return rows.insert(place, entry);
      if (found.gap === 0) return;
      const gap = rows.removeGap(place, found);
      if (entry.seq <= place.complete) place.rewritten = true;
      if (gap && gap.seq < entry.seq) rows.insert(place, part(gap, gap.seq, entry.seq - 1));
      rows.insert(place, entry);
      if (gap && gap.to > entry.seq) rows.insert(place, part(gap, entry.seq + 1, gap.to));
    },
    advance(place) {
      while (place.complete < place.highest) {
        const next = rows.cover(place, place.complete + 1);
        if (!next) return;
        place.complete = next.last;
      }
    },
  };
}

/** The rows of entries, with the counters of their session kept. */
function createRows(database: Database) {
  const insertEntry = database.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)');
  const insertPayload = database.prepare('INSERT INTO payload VALUES (?, ?)');
  const covering = database.prepare(
    'SELECT seq, last, gap, size, payload FROM entry WHERE session = ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
  );
  const within = database.prepare(
    'SELECT seq, last FROM entry WHERE session = ? AND seq > ? AND seq <= ? ORDER BY seq',
  );
  const lineOf = database.prepare('SELECT line FROM payload WHERE id = ?');
  const deleteEntry = database.prepare('DELETE FROM entry WHERE session = ? AND seq = ?');
  const deletePayload = database.prepare('DELETE FROM payload WHERE id = ?');
  const newest = database.prepare('SELECT coalesce(max(id), 0) AS id FROM payload').get();
  let payloads = (newest as { id: number }).id;

  return {
    insert(place: Place, entry: Entry): void {
      const line = encodeEntry(entry);
      const size = Buffer.byteLength(line);
      const last = lastSeq(entry);
      const gap = entry.type === 'gap' ? 1 : 0;
      payloads++;
      insertPayload.run(payloads, line);
      insertEntry.run(place.number, entry.seq, last, gap, entry.at, size, payloads);
      place.bytes += size;
      if (entry.seq === place.complete + 1) place.complete = last;
      place.highest = Math.max(place.highest, last);
    },
    /** The row that stands for a seq, when there is one. */
    cover(place: Place, seq: number): Covering | undefined {
      const found = covering.get(place.number, seq) as Covering | undefined;
      return found && found.last >= seq ? found : undefined;
    },
    /** The rows that begin inside a gap, in the order of seq. */
    within: (place: Place, gap: GapEntry) =>
      within.all(place.number, gap.seq, gap.to) as Pick<Covering, 'seq' | 'last'>[],
    removeGap(place: Place, { seq, size, payload }: Covering): GapEntry | undefined {
      const { line } = lineOf.get(payload) as { line: string };
      deleteEntry.run(place.number, seq);
      deletePayload.run(payload);
      place.bytes -= size;
      const decoded = decodeEntry(line);
      return decoded.ok && decoded.entry.type === 'gap' ? decoded.entry : undefined;
    },
  };
}

/** A gap, for no more than `seq` to `to`. */
function part(gap: GapEntry, seq: number, to: number): GapEntry {
  return seq === gap.seq && to === gap.to ? gap : { ...gap, seq, to, count: to - seq + 1 };
}
