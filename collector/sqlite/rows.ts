/** The rows of one session in its two tables, as statements that were prepared once. */
import type { Entry } from '../../model/entry.ts';
import type { EntryRange, StoredEntry } from '../store.ts';
import type { Database } from './driver.ts';
import type { Covering } from './place.ts';

export interface SessionRows {
  insert(entry: Entry, row: Covering, line: string): void;
  /** The row that stands for a seq, when there is one. */
  cover(seq: number): Covering | undefined;
  /** The rows that begin behind `seq`, up to `to`, in order. */
  within(seq: number, to: number): readonly Covering[];
  /** Removes a row, and gives its line. */
  remove(seq: number): string;
  read(range: EntryRange): StoredEntry[];
}

/** The statements for the session of this number. */
export function prepareRows(database: Database, number: number): SessionRows {
  const entry = `entry_${number}`;
  const payload = `payload_${number}`;
  const insertEntry = database.prepare(`INSERT INTO ${entry} VALUES (?, ?, ?, ?, ?)`);
  const insertPayload = database.prepare(`INSERT INTO ${payload} VALUES (?, ?)`);
  const nearest = database.prepare(
    `SELECT seq, last, gap, size FROM ${entry} WHERE seq <= ? ORDER BY seq DESC LIMIT 1`,
  );
  const within = database.prepare(
    `SELECT seq, last, gap, size FROM ${entry} WHERE seq > ? AND seq <= ? ORDER BY seq`,
  );
  const lineAt = database.prepare(`SELECT line FROM ${payload} WHERE seq = ?`);
  const deleteEntry = database.prepare(`DELETE FROM ${entry} WHERE seq = ?`);
  const deletePayload = database.prepare(`DELETE FROM ${payload} WHERE seq = ?`);
  const sizes = database.prepare(
    `SELECT seq, size FROM ${entry} WHERE seq >= ? ORDER BY seq LIMIT ?`,
  );
  const lines = database.prepare(
    `SELECT seq, last, line FROM ${entry} JOIN ${payload} USING (seq) WHERE seq BETWEEN ? AND ? ORDER BY seq`,
  );
  const cover = (seq: number): Covering | undefined => {
    const found = nearest.get(seq) as Covering | undefined;
    return found && found.last >= seq ? found : undefined;
  };
  return {
    insert({ at }, { seq, last, gap, size }, line) {
      insertEntry.run(seq, last, gap, at, size);
      insertPayload.run(seq, line);
    },
    cover,
    within: (seq, to) => within.all(seq, to) as Covering[],
    remove(seq) {
      const { line } = lineAt.get(seq) as { line: string };
      deleteEntry.run(seq);
      deletePayload.run(seq);
      return line;
    },
    read({ from, limit, bytes }) {
      const start = cover(from)?.seq ?? from;
      const last = lastWithin(sizes.all(start, limit) as Pick<Covering, 'seq' | 'size'>[], bytes);
      return last === undefined ? [] : (lines.all(start, last) as StoredEntry[]);
    },
  };
}

/** The last of the rows that fit into so many bytes; the first one always does. */
function lastWithin(
  rows: readonly Pick<Covering, 'seq' | 'size'>[],
  bytes: number,
): number | undefined {
  let left = bytes;
  let last: number | undefined;
  for (const { seq, size } of rows) {
    if (last !== undefined && size > left) break;
    last = seq;
    left -= size;
  }
  return last;
}
