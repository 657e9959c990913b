/**
 * Puts sessions among those of a state folder: as the journals of a process that will be gone, which
 * every reader knows, and which the next collector takes in.
 */
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import { growthOf } from '../model/import/grown.ts';
import { encodeEntry } from '../model/line.ts';
import { statePaths } from '../model/state.ts';
import { createJournalFile } from '../tap/journal-file.ts';
import { thisOwner } from '../tap/owner.ts';
import { createSealer } from '../tap/seal.ts';
import { systemCode, systemReason, UserError } from './error.ts';
import { withSource } from './sessions.ts';
import { remark } from './terminal.ts';

/**
 * A session that is there already is left as it is, unless this is more of the same. Where any tells
 * something else, nothing is written.
 */
export async function keepJournals(
  state: string,
  sessions: readonly (readonly Entry[])[],
): Promise<void> {
  await withSource(state, async (source) => {
    const known = new Set((await source.summaries()).map(({ id }) => id));
    const there = [...groupBy(sessions.flat(), ({ session }) => session).keys()].filter((id) =>
      known.has(id),
    );
    const old = there.length === 0 ? [] : await source.entries(there);
    const fresh = freshOf(old, sessions, state);
    for (const { id, isKnown } of fresh) if (isKnown) await source.remove(id);
    for (const { id, entries } of fresh) keep(statePaths(state).journals, id, entries);
  });
}

export interface Fresh {
  readonly id: string;
  readonly isKnown: boolean;
  readonly entries: readonly Entry[];
}

/**
 * The sessions that are new, or more of an old one. `place`: where the old ones are. Throws a
 * UserError when one tells something else than the old one of its id.
 */
export function freshOf(
  old: readonly Entry[],
  sessions: readonly (readonly Entry[])[],
  place: string,
): Fresh[] {
  const before = groupBy(old, ({ session }) => session);
  const latest = new Map<string, readonly Entry[]>(before);
  const fresh = new Map<string, Fresh>();
  for (const entries of sessions) {
    const id = entries[0]?.session ?? '';
    const known = latest.get(id);
    const growth = known === undefined ? 'more' : growthOf(known, entries);
    if (growth === 'other') throw differs(id, place);
    if (growth === 'nothing-new') remark(`${id} was imported before, with all that is in it.`);
    if (growth !== 'more') continue;
    latest.set(id, entries);
    fresh.set(id, { id, isKnown: before.has(id), entries });
  }
  return [...fresh.values()];
}

function differs(id: string, place: string): UserError {
  const detail = `${id} is in ${place} already and tells something else; nothing was imported.`;
  return new UserError(
    'already-imported',
    detail,
    `wiretape rm ${id} erases it; or import into another file with -o.`,
  );
}

function keep(folder: string, id: string, entries: readonly Entry[]): void {
  const journal = createJournalFile(folder, id, thisOwner());
  try {
    journal.append(createSealer()(entries.map(encodeEntry)));
    journal.close();
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw notTakenIn(id, folder);
    const detail = `${folder} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another folder with --state.');
  }
}

/** The collector that runs knows nothing of it, so there is no telling whether this is more of it. */
function notTakenIn(id: string, folder: string): UserError {
  const detail = `${id} is in ${folder} already, and the collector that runs has not taken it in.`;
  return new UserError('already-imported', detail, 'wiretape stop ends it; then import again.');
}
