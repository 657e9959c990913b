/** The journals of a state folder, as far as they are written. Reading takes nothing from their tap. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Entry } from '../model/entry.ts';
import { type Journal, readJournal } from '../model/journal.ts';
import { isJournal, isLetGo, statePaths } from '../model/state.ts';
import { isRunning } from '../tap/owner.ts';

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
  return names.filter(isJournal).map((name) => join(folder, name));
}

async function readJournalFile(file: string): Promise<FoundJournal | undefined> {
  const journal = await journalIn(file);
  if (!journal) return undefined;
  if (!isLetGo(file) && isRunning(journal.owner)) return { ...journal, file, live: true };
  // What a tap wrote until it was gone stands there only now.
  const left = await journalIn(file);
  return left && { ...left, entries: await entriesOf(left), file, live: false };
}

async function journalIn(file: string): Promise<Journal | undefined> {
  // A journal may be deleted meanwhile: all of it is acknowledged then.
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && readJournal(bytes, crc32);
}

/** What a collector would take in of a dead tap; its code is loaded only where something lacks. */
async function entriesOf(journal: Journal): Promise<readonly Entry[]> {
  const { entries, problems } = journal;
  if (problems.length === 0 && entries.some(({ type }) => type === 'end')) return entries;
  const { completed } = await import('../collector/index.ts');
  return completed(journal);
}

/** Deletes the journals of a session whose tap is gone. */
export async function removeJournals(journals: readonly FoundJournal[]): Promise<void> {
  await Promise.all(journals.map(({ file }) => rm(file, { force: true })));
}
