/**
 * The store contract on SQLite: one file, opened by one collector, in WAL mode.
 *
 * All statements stand here and in place.ts, and every one of them is reached through the number of
 * a session that was looked up by (tenant, id). Nothing is derived here: summaries come from outside.
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import type { Entry } from '../../model/entry.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { CollectorError } from '../error.ts';
import type {
  Appended,
  EntryRange,
  Store,
  StoredEntry,
  StoredSession,
  TenantStore,
} from '../store.ts';
import { closeDatabase, type Database, openDatabase } from './driver.ts';
import { createPlacer, type Place } from './place.ts';
import { migrate } from './schema.ts';

export interface StoreOptions {
  /** The file, made 0600 when missing; its folder must exist. `:memory:` keeps nothing on disk. */
  readonly path: string;
  /** How long to wait for another process to let go of the file, in ms. */
  readonly patience?: number;
}

/** Opens a store. Rejects with a CollectorError when another process has it, or it cannot be read. */
export async function openStore({ path, patience = 2000 }: StoreOptions): Promise<Store> {
  if (path !== ':memory:') makePrivate(path);
  const database = await openDatabase(path, patience);
  try {
    prepareFile(database);
    migrate(database);
  } catch (error) {
    closeDatabase(database);
    throw explained(error, path);
  }
  return storeOn(database);
}

/** SQLite gives its -wal file the mode of the database, so that only the first needs care. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    throw new CollectorError(
      'unwritable-folder',
      `The store ${path} cannot be written: ${(error as Error).message}`,
      'Choose another folder with --state.',
    );
  }
}

/** The exclusive lock is what keeps a second collector out; the kernel drops it with the process. */
function prepareFile(database: Database): void {
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 67108864;
    BEGIN IMMEDIATE; COMMIT;
  `);
}

const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

function explained(error: unknown, path: string): unknown {
  const code = Number((error as { errcode?: unknown }).errcode) & 0xff;
  if (code === BUSY) {
    return new CollectorError(
      'store-in-use',
      `Another process has the store ${path} open.`,
      'Stop it with `wiretape stop`, or choose another folder with --state.',
    );
  }
  if (code === CORRUPT || code === NOT_A_DATABASE) {
    return new CollectorError(
      'store-damaged',
      `The store ${path} is damaged or is no store.`,
      'Move the file away; a new one is then made.',
    );
  }
  return error;
}

interface SessionRow {
  readonly number: number;
  readonly id: string;
  readonly complete: number;
  readonly highest: number;
  readonly bytes: number;
  readonly rewrites: number;
  readonly summary: string | null;
  readonly summary_end: number;
}

function storeOn(database: Database): Store {
  const statements = prepareStatements(database);
  const close = async (): Promise<void> => closeDatabase(database);
  return {
    of: (tenant) => tenantStore(database, statements, tenant),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  return {
    placer: createPlacer(database),
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    sessions: database.prepare('SELECT * FROM session WHERE tenant = ? ORDER BY id'),
    session: database.prepare('SELECT * FROM session WHERE tenant = ? AND id = ?'),
    addSession: database.prepare(
      `INSERT INTO session (tenant, id, complete, highest, bytes, rewrites, summary_end)
       VALUES (?, ?, -1, -1, 0, 0, -1)`,
    ),
    updateSession: database.prepare(
      'UPDATE session SET complete = ?, highest = ?, bytes = ?, rewrites = ? WHERE number = ?',
    ),
    sizes: database.prepare(
      'SELECT seq, size FROM entry WHERE session = ? AND seq >= ? ORDER BY seq LIMIT ?',
    ),
    covering: database.prepare(
      'SELECT seq, last FROM entry WHERE session = ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
    ),
    lines: database.prepare(
      `SELECT entry.seq, entry.last, payload.line FROM entry JOIN payload ON payload.id = entry.payload
       WHERE session = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
    ),
    keepSummary: database.prepare(
      'UPDATE session SET summary = ?, summary_end = ? WHERE tenant = ? AND id = ?',
    ),
    erasePayloads: database.prepare(
      'DELETE FROM payload WHERE id IN (SELECT payload FROM entry WHERE session = ?)',
    ),
    eraseEntries: database.prepare('DELETE FROM entry WHERE session = ?'),
    eraseSession: database.prepare('DELETE FROM session WHERE number = ?'),
  };
}

function transact<T>({ begin, commit, rollback }: Statements, work: () => T): T {
  begin.run();
  try {
    const result = work();
    commit.run();
    return result;
  } catch (error) {
    try {
      rollback.run();
    } catch {
      // SQLite has already rolled back, as it does on a full disk.
    }
    throw error;
  }
}

function tenantStore(database: Database, statements: Statements, tenant: string): TenantStore {
  const rowOf = (id: string) => statements.session.get(tenant, id) as SessionRow | undefined;
  return {
    append: async (id, entries) => append(statements, tenant, { id, entries }),
    sessions: async () => (statements.sessions.all(tenant) as SessionRow[]).map(storedSession),
    async session(id) {
      const row = rowOf(id);
      return row && storedSession(row);
    },
    async entries(id, range) {
      const row = rowOf(id);
      return row ? readEntries(statements, row.number, range) : [];
    },
    async keepSummary(summary, end) {
      statements.keepSummary.run(JSON.stringify(summary), end, tenant, summary.id);
    },
    async erase(id) {
      const row = rowOf(id);
      if (!row) return false;
      transact(statements, () => {
        statements.erasePayloads.run(row.number);
        statements.eraseEntries.run(row.number);
        statements.eraseSession.run(row.number);
      });
      // secure_delete has written zeros over the rows; their old pages still stand in the WAL.
      database.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);');
      return true;
    },
  };
}

function append(
  statements: Statements,
  tenant: string,
  { id, entries }: { id: string; entries: readonly Entry[] },
): Appended {
  const { session, addSession, updateSession, placer } = statements;
  return transact(statements, () => {
    let row = session.get(tenant, id) as SessionRow | undefined;
    if (!row && entries.length === 0) return { end: -1, rewritten: false, followed: true };
    if (!row) {
      addSession.run(tenant, id);
      row = session.get(tenant, id) as SessionRow;
    }
    const { number, complete, highest, bytes } = row;
    const place: Place = {
      number,
      complete,
      highest,
      bytes,
      rewritten: false,
      followed: complete === highest,
    };
    for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) placer.put(place, entry);
    placer.advance(place);
    const rewrites = row.rewrites + (place.rewritten ? 1 : 0);
    updateSession.run(place.complete, place.highest, place.bytes, rewrites, number);
    return { end: place.complete, rewritten: place.rewritten, followed: place.followed };
  });
}

function readEntries(
  { sizes, covering, lines }: Statements,
  session: number,
  { from, limit, bytes }: EntryRange,
): StoredEntry[] {
  const before = covering.get(session, from) as { seq: number; last: number } | undefined;
  const start = before && before.last >= from ? before.seq : from;
  const rows = sizes.all(session, start, limit) as { seq: number; size: number }[];
  let left = bytes;
  let last: number | undefined;
  for (const { seq, size } of rows) {
    if (last !== undefined && size > left) break;
    last = seq;
    left -= size;
  }
  return last === undefined ? [] : (lines.all(session, start, last) as StoredEntry[]);
}

function storedSession({
  id,
  complete,
  bytes,
  rewrites,
  summary,
  summary_end,
}: SessionRow): StoredSession {
  return {
    id,
    end: complete,
    bytes,
    rewrites,
    ...(summary === null ? {} : { summary: JSON.parse(summary) as SessionSummary }),
    summaryEnd: summary_end,
  };
}
