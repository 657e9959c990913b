/**
 * The spans of tenants lie in portions: each has a table of its own and takes what comes within a day,
 * up to a size. Erasing drops whole tables, for the reason that schema.ts tells; so trimming costs no
 * more than the portions that go, and erasing a trace writes those anew that hold it.
 *
 * A span is one row: its ids as one key, which is the only index, and its line.
 */
import { KEY, placesOf, type SpanRows } from '../span-rows.ts';
import type { Database } from './driver.ts';

export interface SpanPortions {
  /** Those of a tenant, the oldest first. */
  of(tenant: string): readonly Portion[];
  /** The one that takes what comes now, in ms since 1970. */
  at(tenant: string, now: number): Portion;
  rows(number: number): PortionRows;
  /** Its size, and when the last span came. */
  note(number: number, last: number, bytes: number): void;
  drop(number: number): void;
  /** Writes it anew without these traces, and gives the bytes that are left. */
  rewrite(number: number, traceIds: readonly string[]): number;
}

export interface Portion {
  readonly number: number;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
}

export interface PortionRows {
  /** Passes over those of which there is a row, and gives the bytes of the others. */
  insert(spans: SpanRows): number;
  has(key: Uint8Array): boolean;
  /** The rows of these keys behind a row, in order, which is that in which they came. */
  after(keys: Keys, row: number, limit: number): readonly { row: number; id: Uint8Array }[];
  line(row: number): string;
}

/** The first and the last key that a span of a trace may have. */
export type Keys = readonly [Uint8Array, Uint8Array];

const DAY = 86_400_000;
/** In bytes: what erasing a trace writes anew at most, for each portion that holds it. */
const LARGEST = 32 << 20;

export function createSpanPortions(database: Database): SpanPortions {
  const all = database.prepare('SELECT * FROM span_portion WHERE tenant = ? ORDER BY number');
  const newest = database.prepare(
    'SELECT * FROM span_portion WHERE tenant = ? ORDER BY number DESC LIMIT 1',
  );
  const begin = database.prepare(
    'INSERT INTO span_portion (tenant, first, last, bytes) VALUES (?, ?, ?, 0)',
  );
  const note = database.prepare('UPDATE span_portion SET last = ?, bytes = ? WHERE number = ?');
  const forget = database.prepare('DELETE FROM span_portion WHERE number = ?');
  const prepared = new Map<number, PortionRows>();
  return {
    of: (tenant) => all.all(tenant) as Portion[],
    at(tenant, now) {
      const known = newest.get(tenant) as Portion | undefined;
      if (known && known.bytes < LARGEST && now - known.first < DAY) return known;
      begin.run(tenant, now, now);
      const made = newest.get(tenant) as Portion;
      database.exec(tableOf(made.number));
      return made;
    },
    rows(number) {
      const rows = prepared.get(number) ?? prepareRows(database, number);
      prepared.set(number, rows);
      return rows;
    },
    note: (number, last, bytes) => void note.run(last, bytes, number),
    drop(number) {
      prepared.delete(number);
      forget.run(number);
      database.exec(`DROP TABLE span_${number}`);
    },
    rewrite(number, traceIds) {
      prepared.delete(number);
      return rewrite(database, number, traceIds);
    },
  };
}

function tableOf(number: number): string {
  return `CREATE TABLE span_${number} (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    line TEXT NOT NULL
  ) STRICT;`;
}

function prepareRows(database: Database, number: number): PortionRows {
  const table = `span_${number}`;
  // All in one call. Of bytes SQLite takes a part without reading what is before it.
  const insert = database.prepare(
    `INSERT OR IGNORE INTO ${table} (id, line)
     SELECT substr(?, key * ${KEY} + 1, ${KEY}), CAST(substr(?, (value ->> 0) + 1, value ->> 1) AS TEXT)
     FROM json_each(?)`,
  );
  const last = database.prepare(`SELECT coalesce(max(row), 0) AS row FROM ${table}`);
  const bytes = database.prepare(bytesBehind(table));
  const has = database.prepare(`SELECT 1 FROM ${table} WHERE id = ?`);
  // The index holds the number of the row as well, so that no row is read to be left out.
  const after = database.prepare(
    `SELECT row, id FROM ${table} WHERE id BETWEEN ? AND ? AND +row > ? ORDER BY row LIMIT ?`,
  );
  const line = database.prepare(`SELECT line FROM ${table} WHERE row = ?`);
  return {
    insert(spans) {
      const { row } = last.get() as { row: number };
      insert.run(spans.keys, spans.list, JSON.stringify(placesOf(spans.list)));
      return (bytes.get(row) as { bytes: number }).bytes;
    },
    has: (key) => has.get(key) !== undefined,
    after: (keys, row, limit) =>
      after.all(...keys, row, limit) as { row: number; id: Uint8Array }[],
    line: (row) => (line.get(row) as { line: string }).line,
  };
}

/** The bytes of the rows behind one. */
function bytesBehind(table: string): string {
  return `SELECT coalesce(sum(octet_length(line) + ${KEY}), 0) AS bytes FROM ${table} WHERE row > ?`;
}

function rewrite(database: Database, number: number, traceIds: readonly string[]): number {
  database.exec(`ALTER TABLE span_${number} RENAME TO former; ${tableOf(number)}`);
  database
    .prepare(
      `INSERT INTO span_${number} SELECT * FROM former
       WHERE lower(hex(substr(id, 1, 16))) NOT IN (SELECT value FROM json_each(?))`,
    )
    .run(JSON.stringify(traceIds));
  database.exec('DROP TABLE former');
  return (database.prepare(bytesBehind(`span_${number}`)).get(0) as { bytes: number }).bytes;
}
