/** The journals of a state folder, as far as they are written. Reading takes nothing from their tap. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Journal, readJournal } from '../model/journal.ts';
import { statePaths } from '../model/state.ts';
import { isRunning } from './process.ts';

export interface FoundJournal extends Journal {
  readonly file: string;
  /** Its tap still runs, so more may come. */
  readonly live: boolean;
}

/** Every journal in the folder; files that are none are passed over. */
export async function readJournals(state: string): Promise<FoundJournal[]> {
  const found = await Promise.all((await journalFiles(state)).map(readJournalFile));
  return found.filter((journal) => journal !== undefined);
}

/** The paths of all journals of a state folder. */
export async function journalFiles(state: string): Promise<string[]> {
  const folder = statePaths(state).journals;
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.journal')).map((name) => join(folder, name));
}

async function readJournalFile(file: string): Promise<FoundJournal | undefined> {
  // A journal may be deleted meanwhile: all of it is acknowledged then.
  const bytes = await readFile(file).catch(() => undefined);
  const journal = bytes && readJournal(bytes, crc32);
  return journal && { ...journal, file, live: isRunning(journal.owner) };
}

/** Deletes the journals of a session whose tap is gone. */
export async function removeJournals(journals: readonly FoundJournal[]): Promise<void> {
  await Promise.all(journals.map(({ file }) => rm(file, { force: true })));
}
