/**
 * SQLite as Node has it, else as @photostructure/sqlite brings it: the same synchronous API.
 *
 * Node's own is taken only where it has FTS5 (22.16 and newer): it is probed, never assumed.
 * @photostructure/sqlite 1.x faults when the database object is collected while its statements are
 * in use, so every open database is held here until it is closed.
 */
import process from 'node:process';
import { CollectorError } from '../error.ts';

type Value = string | number | bigint | null | Uint8Array;

export interface Statement {
  run(...values: Value[]): unknown;
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

type Open = new (path: string, options: { timeout: number }) => Database;

const held = new Set<Database>();

/** Opens a database file, waiting up to `timeout` ms for whoever has it locked. */
export async function openDatabase(path: string, timeout: number): Promise<Database> {
  const DatabaseSync = builtin() ?? (await bundled());
  const database = new DatabaseSync(path, { timeout });
  held.add(database);
  return database;
}

export function closeDatabase(database: Database): void {
  database.close();
  held.delete(database);
}

function builtin(): Open | undefined {
  const found = process.getBuiltinModule('node:sqlite') as { DatabaseSync: Open } | undefined;
  if (!found) return undefined;
  const probe = new found.DatabaseSync(':memory:', { timeout: 0 });
  try {
    probe.exec('CREATE VIRTUAL TABLE probe USING fts5(text)');
    return found.DatabaseSync;
  } catch {
    return undefined;
  } finally {
    probe.close();
  }
}

async function bundled(): Promise<Open> {
  try {
    const { DatabaseSync } = await import('@photostructure/sqlite');
    return DatabaseSync as unknown as Open;
  } catch (error) {
    throw new CollectorError(
      'no-sqlite',
      `There is no SQLite for this system: ${error instanceof Error ? error.message : error}`,
      'Use Node 22.16 or newer, which brings its own.',
    );
  }
}
