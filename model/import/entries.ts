/** An imported session as entries of ours. */
import { type Entry, lastSeq, type SessionEntry } from '../entry.ts';
import { sha256Hex } from '../keyed-hash.ts';
import type { ImportedSession } from './imported.ts';

/** What is ours in an imported session. */
export interface Importer {
  /** Who writes it: `wiretape/VERSION`. */
  readonly tap: string;
  readonly redaction: SessionEntry['redaction'];
  /** Writes a time in ms since 1970 as ISO 8601 in UTC. */
  readonly wallText: (ms: number) => string;
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

function headOf(
  session: string,
  imported: ImportedSession,
  { tap, redaction, wallText }: Importer,
): SessionEntry {
  const { name, transport, wall, command, upstream, from, lacks } = imported;
  const [program, ...args] = command ?? [];
  return {
    type: 'session',
    session,
    seq: 0,
    at: 0,
    name,
    transport,
    fidelity: 'objects',
    tap,
    redaction,
    capture: 'redacted',
    // A wall clock may be set back, so it orders nothing across sessions: each has a clock of its own.
    clock: { wall: wallText(wall), monotonic: '0', boot: session },
    ...(program === undefined ? {} : { launch: { command: program, args, env: {} } }),
    ...(upstream === undefined ? {} : { upstream }),
    imported: { from, lacks },
    workflow: null,
  };
}
