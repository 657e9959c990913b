/**
 * Puts sessions among those of a state folder: as the journals of a process that will be gone, which
 * every reader knows, and which the next collector takes in.
 */
import type { Entry } from '../model/entry.ts';
import { encodeEntry } from '../model/line.ts';
import { statePaths } from '../model/state.ts';
import { createJournalFile } from '../tap/journal-file.ts';
import { thisOwner } from '../tap/owner.ts';
import { createSealer } from '../tap/seal.ts';
import { systemCode, systemReason, UserError } from './error.ts';
import { withSource } from './sessions.ts';

/** Sessions that are there already are left as they are. */
export async function keepJournals(
  state: string,
  sessions: readonly (readonly Entry[])[],
): Promise<void> {
  const known = await withSource(state, (source) => source.summaries());
  const ids = new Set(known.map(({ id }) => id));
  for (const entries of sessions) {
    const id = entries[0]?.session;
    if (id !== undefined && !ids.has(id)) keep(statePaths(state).journals, id, entries);
  }
}

function keep(folder: string, id: string, entries: readonly Entry[]): void {
  const journal = createJournalFile(folder, id, thisOwner());
  try {
    journal.append(createSealer()(entries.map(encodeEntry)));
    journal.close();
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    const detail = `${folder} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another folder with --state.');
  }
}
