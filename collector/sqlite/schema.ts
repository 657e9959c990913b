/**
 * The tables, and how older ones become them: one step for each version, counted by user_version.
 *
 * Each session has two tables of its own, metadata and payload, since most questions need no
 * payload. They are its own because of erasing: rows of several sessions in one table would share
 * pages, SQLite copies rows between pages as it balances them, and secure_delete does not reach the
 * copies it leaves. Whole pages that are freed are overwritten, so dropping tables leaves nothing.
 */
import { CollectorError } from '../error.ts';
import type { Database } from './driver.ts';

/**
 * The list of sessions, with the columns that came after version 1. `complete`: all up to here is
 * stored without holes. `highest`: the last seq that is stored.
 */
const listOfSessions = (later: string): string => `CREATE TABLE session (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  complete INTEGER NOT NULL,
  highest INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  rewrites INTEGER NOT NULL,
  summary TEXT,
  summary_end INTEGER NOT NULL,
  ${later}
  UNIQUE (tenant, id)
) STRICT;`;

/**
 * `marks`: the JSON text of RunMark[]; `exported`: of Exported[]. ALTER TABLE adds columns behind all
 * others, as here.
 */
const SESSION = listOfSessions('marks TEXT, exported TEXT,');

/**
 * The list of portions of spans: when the first and the last of one came, in ms since 1970. Numbers
 * are not used again, so that who reads on from one misses nothing.
 */
const SPAN_PORTION = `CREATE TABLE span_portion (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;`;

const STEPS: readonly string[] = [
  listOfSessions(''),
  'ALTER TABLE session ADD COLUMN marks TEXT;',
  SPAN_PORTION,
  `ALTER TABLE session ADD COLUMN exported TEXT;
   CREATE TABLE endpoint (
     tenant TEXT NOT NULL,
     address TEXT NOT NULL,
     since TEXT NOT NULL,
     PRIMARY KEY (tenant, address)
   ) STRICT;`,
];

/** Makes the tables of a session; `last` differs from `seq` in gaps only. */
export function addTables(database: Database, number: number): void {
  database.exec(`
    CREATE TABLE entry_${number} (
      seq INTEGER PRIMARY KEY,
      last INTEGER NOT NULL,
      gap INTEGER NOT NULL,
      at INTEGER NOT NULL,
      size INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE payload_${number} (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
  `);
}

/** Drops all that a session has, and writes the list of sessions anew, for the reason told above. */
export function dropSession(database: Database, number: number): void {
  database.exec(`
    DROP TABLE entry_${number};
    DROP TABLE payload_${number};
    ALTER TABLE session RENAME TO former;
    ${SESSION}
    INSERT INTO session SELECT * FROM former WHERE number <> ${number};
    DROP TABLE former;
  `);
}

/** Brings the tables to this version. The caller holds the only connection. */
export function migrate(database: Database): void {
  const found = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (found.user_version > STEPS.length) {
    throw new CollectorError(
      'store-newer',
      `The store was written by a newer version of wiretape (store version ${found.user_version}, this one knows ${STEPS.length}).`,
      'Use that version, or another folder with --state.',
    );
  }
  for (let version = found.user_version; version < STEPS.length; version++) {
    database.exec(
      `BEGIN IMMEDIATE; ${STEPS[version]} PRAGMA user_version = ${version + 1}; COMMIT;`,
    );
  }
}
