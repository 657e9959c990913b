/** An imported session as entries of ours. */
import { type Entry, lastSeq, type SessionEntry } from '../entry.ts';
import { sha256Hex } from '../keyed-hash.ts';
import type { ImportedSession } from './imported.ts';

/** What is ours in an imported session. */
export interface Importer {
  /** Who writes it: `wiretape/VERSION`. */
  readonly tap: string;
  readonly redaction: SessionEntry['redaction'];
}

/** The same capture is the same session, so importing it twice changes nothing. */
export function importedEntries(imported: ImportedSession, importer: Importer): Entry[] {
  const session = `imported-${sha256Hex(imported.key).slice(0, 24)}`;
  const entries: Entry[] = [headOf(session, imported, importer)];
  let seq = 1;
  for (const draft of imported.drafts) {
    const entry = { ...draft, session, seq } as Entry;
    const placed = entry.type === 'gap' ? { ...entry, to: seq + entry.to } : entry;
    entries.push(placed);
    seq = lastSeq(placed) + 1;
  }
  const at = entries.at(-1)?.at ?? 0;
  return [...entries, { type: 'end', session, seq, at, reason: 'the capture ends here' }];
}

function headOf(session: string, imported: ImportedSession, importer: Importer): SessionEntry {
  const { name, transport, wall, command, from, lacks } = imported;
  const [program, ...args] = command ?? [];
  return {
    type: 'session',
    session,
    seq: 0,
    at: 0,
    name,
    transport,
    fidelity: 'objects',
    ...importer,
    capture: 'redacted',
    // A wall clock may be set back, so it orders nothing across sessions: each has a clock of its own.
    clock: { wall: new Date(wall).toISOString(), monotonic: '0', boot: session },
    ...(program === undefined ? {} : { launch: { command: program, args, env: {} } }),
    imported: { from, lacks },
    workflow: null,
  };
}
