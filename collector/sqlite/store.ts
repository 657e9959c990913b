/**
 * The store contract on SQLite: one file, opened by one collector, in WAL mode.
 *
 * Every statement about entries is reached through the number of a session, and every number through
 * a look-up by (tenant, id), here and nowhere else. Nothing is derived: summaries come from outside.
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import type { Entry } from '../../model/entry.ts';
import { type RunMark, withMark } from '../../model/mark.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { CollectorError } from '../error.ts';
import type { Appended, Exported, Store, StoredSession, TenantStore } from '../store.ts';
import { closeDatabase, type Database, openDatabase } from './driver.ts';
import { advance, type Place, putEntry } from './place.ts';
import { prepareRows, type SessionRows } from './rows.ts';
import { addTables, dropSession, migrate } from './schema.ts';
import { createSpans } from './spans.ts';

export interface StoreOptions {
  /** The file, made 0600 when missing; its folder must exist. `:memory:` keeps nothing on disk. */
  readonly path: string;
  /** How long to wait for another process to let go of the file, in ms. */
  readonly patience?: number;
  /** The wall time, in ms since 1970; that of the machine when left out. */
  readonly now?: () => number;
}

/** Opens a store. Rejects with a CollectorError when another process has it, or it cannot be read. */
export async function openStore({
  path,
  patience = 2000,
  now = Date.now,
}: StoreOptions): Promise<Store> {
  if (path !== ':memory:') makePrivate(path);
  const database = await openDatabase(path, patience);
  try {
    prepareFile(database);
    migrate(database);
  } catch (error) {
    closeDatabase(database);
    throw explained(error, path);
  }
  return storeOn(database, now);
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
  readonly marks: string | null;
  readonly exported: string | null;
}

function storeOn(database: Database, now: () => number): Store {
  const statements = prepareStatements(database);
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    letGo(database);
    closeDatabase(database);
  };
  return {
    of: (tenant) => ({
      ...tenantStore(database, statements, tenant),
      ...tenantSpans(database, statements, { tenant, now }),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Gives the lock back. Closing alone would not: the statements that were prepared keep the file
 * open until they are collected. Leaving WAL mode is the only way out of the exclusive lock, and
 * puts all there is into the one file.
 */
function letGo(database: Database): void {
  database.exec(
    'PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM session;',
  );
}

type Statements = ReturnType<typeof prepareStatements>;

/** Sessions whose statements are kept prepared. */
const PREPARED = 64;

function prepareStatements(database: Database) {
  const prepared = new Map<number, SessionRows>();
  return {
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
    keepSummary: database.prepare(
      'UPDATE session SET summary = ?, summary_end = ? WHERE tenant = ? AND id = ?',
    ),
    keepMarks: database.prepare('UPDATE session SET marks = ? WHERE number = ?'),
    keepExported: database.prepare('UPDATE session SET exported = ? WHERE number = ?'),
    beginEndpoint: database.prepare('INSERT OR IGNORE INTO endpoint VALUES (?, ?, ?)'),
    endpoint: database.prepare('SELECT since FROM endpoint WHERE tenant = ? AND address = ?'),
    rows(number: number): SessionRows {
      const rows = prepared.get(number) ?? prepareRows(database, number);
      prepared.delete(number);
      prepared.set(number, rows);
      for (const [oldest] of prepared) if (prepared.size > PREPARED) prepared.delete(oldest);
      return rows;
    },
    forgetRows: (number: number) => prepared.delete(number),
    spans: createSpans(database),
  };
}

/** All of the work or none of it. */
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

type SpanStore = Pick<TenantStore, 'addSpans' | 'spansOf' | 'eraseSpans' | 'trimSpans'>;
type EntryStore = Omit<TenantStore, keyof SpanStore>;

function tenantSpans(
  database: Database,
  statements: Statements,
  { tenant, now }: { readonly tenant: string; readonly now: () => number },
): SpanStore {
  const { spans } = statements;
  return {
    async addSpans(added) {
      if (added.keys.length > 0) transact(statements, () => spans.add(tenant, added, now()));
    },
    spansOf: async (traceIds, range) => spans.read(tenant, traceIds, range),
    async eraseSpans(traceIds) {
      const erased = transact(statements, () => spans.erase(tenant, traceIds));
      if (erased) clearFiles(database);
      return erased;
    },
    async trimSpans(bounds) {
      const { bytes, dropped } = transact(statements, () => spans.trim(tenant, bounds));
      if (dropped) clearFiles(database);
      return bytes;
    },
  };
}

/** The freed pages were overwritten; what they held still stands in the write-ahead file. */
function clearFiles(database: Database): void {
  database.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);');
}

function tenantStore(database: Database, statements: Statements, tenant: string): EntryStore {
  const rowOf = (id: string) => statements.session.get(tenant, id) as SessionRow | undefined;
  const rowMade = (id: string): SessionRow => {
    const known = rowOf(id);
    if (known) return known;
    statements.addSession.run(tenant, id);
    const made = rowOf(id) as SessionRow;
    addTables(database, made.number);
    return made;
  };
  return {
    async append(id, entries) {
      if (entries.length === 0)
        return { end: rowOf(id)?.complete ?? -1, rewritten: false, followed: true };
      return transact(statements, () => append(statements, rowMade(id), entries));
    },
    sessions: async () => (statements.sessions.all(tenant) as SessionRow[]).map(storedSession),
    async session(id) {
      const row = rowOf(id);
      return row && storedSession(row);
    },
    async entries(id, range) {
      const row = rowOf(id);
      return row ? statements.rows(row.number).read(range) : [];
    },
    async keepSummary(summary, end) {
      statements.keepSummary.run(JSON.stringify(summary), end, tenant, summary.id);
    },
    async mark(id, run, mark) {
      const row = rowOf(id);
      if (!row) return false;
      const marks = withMark(marksIn(row), run, mark);
      statements.keepMarks.run(marks.length === 0 ? null : JSON.stringify(marks), row.number);
      return true;
    },
    async exportedSince(endpoint, now) {
      statements.beginEndpoint.run(tenant, endpoint, now);
      return (statements.endpoint.get(tenant, endpoint) as { since: string }).since;
    },
    async keepExported(id, exported) {
      const row = rowOf(id);
      if (!row) return;
      const others = exportedIn(row).filter(({ endpoint }) => endpoint !== exported.endpoint);
      statements.keepExported.run(JSON.stringify([...others, exported]), row.number);
    },
    async erase(id) {
      const row = rowOf(id);
      if (!row) return false;
      statements.forgetRows(row.number);
      transact(statements, () => dropSession(database, row.number));
      clearFiles(database);
      return true;
    },
  };
}

function append(statements: Statements, row: SessionRow, entries: readonly Entry[]): Appended {
  const { number, complete, highest, bytes } = row;
  const rows = statements.rows(number);
  const place: Place = {
    complete,
    highest,
    bytes,
    rewritten: false,
    followed: complete === highest,
  };
  for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) putEntry(rows, place, entry);
  advance(rows, place);
  const rewrites = row.rewrites + (place.rewritten ? 1 : 0);
  statements.updateSession.run(place.complete, place.highest, place.bytes, rewrites, number);
  return { end: place.complete, rewritten: place.rewritten, followed: place.followed };
}

function marksIn({ marks }: Pick<SessionRow, 'marks'>): readonly RunMark[] {
  return marks === null ? [] : (JSON.parse(marks) as RunMark[]);
}

function exportedIn({ exported }: Pick<SessionRow, 'exported'>): readonly Exported[] {
  return exported === null ? [] : (JSON.parse(exported) as Exported[]);
}

function storedSession(row: SessionRow): StoredSession {
  const { id, complete, bytes, rewrites, summary, summary_end } = row;
  return {
    id,
    end: complete,
    bytes,
    rewrites,
    ...(summary === null ? {} : { summary: JSON.parse(summary) as SessionSummary }),
    summaryEnd: summary_end,
    marks: marksIn(row),
    exported: exportedIn(row),
  };
}
