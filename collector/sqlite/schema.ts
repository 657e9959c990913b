/**
 * The tables, and how older ones become them: one step for each version, counted by user_version.
 *
 * Metadata and payload stand in tables of their own, since most questions need no payload
 * (reference: reading 5,000 rows of metadata takes 12 ms, with payload several times that).
 * A session has a short number inside, so that its id and its tenant are written once.
 */
import { CollectorError } from '../error.ts';
import type { Database } from './driver.ts';

const STEPS: readonly string[] = [
  `CREATE TABLE session (
     number INTEGER PRIMARY KEY,
     tenant TEXT NOT NULL,
     id TEXT NOT NULL,
     -- All up to here is stored without holes; the highest seq stored.
     complete INTEGER NOT NULL,
     highest INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     rewrites INTEGER NOT NULL,
     summary TEXT,
     summary_end INTEGER NOT NULL,
     UNIQUE (tenant, id)
   ) STRICT;
   CREATE TABLE entry (
     session INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     last INTEGER NOT NULL,
     gap INTEGER NOT NULL,
     at INTEGER NOT NULL,
     size INTEGER NOT NULL,
     payload INTEGER NOT NULL,
     PRIMARY KEY (session, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE payload (
     id INTEGER PRIMARY KEY,
     line TEXT NOT NULL
   ) STRICT;`,
];

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
