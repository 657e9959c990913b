/**
 * The sessions of a recording as replay needs them: what the session machine makes of the entries,
 * and beside it, for each entry, the messages that the machine saw in it.
 */
import type { Entry, MessageEntry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import { messageInFrame } from '../model/line.ts';
import { nameOf, type Seen, type SessionView } from '../model/session.ts';
import { createSessionMachine } from '../model/session-machine.ts';
import { itemOf } from '../model/view.ts';

/** One recorded session, with its entries in the order of seq. */
export interface RecordedSession extends SessionView {
  readonly name: string;
  readonly entries: readonly Entry[];
  /** The messages of the entry at `seq`: one, or the items of a batch. */
  seen(seq: number): readonly Seen[];
}

/** The sessions of any entries, in the order they first come. Nothing of the entries is changed. */
export function recordedSessions(entries: Iterable<Entry>): RecordedSession[] {
  return [...groupBy(entries, (entry) => entry.session)].map(([id, own]) => recorded(id, own));
}

function recorded(id: string, own: readonly Entry[]): RecordedSession {
  const machine = createSessionMachine(id);
  const entries = withoutDoubles(own);
  const seen = new Map<number, readonly Seen[]>();
  const messages = new Map<number, MessageEntry>();
  for (const entry of entries) {
    const found = machine.apply(entry);
    const message = messageOf(entry);
    if (!message) continue;
    seen.set(entry.seq, found);
    messages.set(entry.seq, message);
  }
  return {
    session: machine.session,
    name: nameOf(machine.session),
    entries,
    value: (ref) => itemOf(messages.get(ref.seq)?.value, ref.item),
    seen: (seq) => seen.get(seq) ?? [],
  };
}

/** The message of an entry; in the body of an exchange it may be written in several lines. */
export function messageOf(entry: Entry): MessageEntry | undefined {
  if (entry.type === 'message') return entry;
  return entry.type === 'frame' ? messageInFrame(entry) : undefined;
}

/** By seq, each once; an entry that arrived after all wins over the gap that stands in its place. */
function withoutDoubles(own: readonly Entry[]): Entry[] {
  const bySeq = new Map<number, Entry>();
  for (const entry of own) {
    const known = bySeq.get(entry.seq);
    if (known === undefined || (known.type === 'gap' && entry.type !== 'gap')) {
      bySeq.set(entry.seq, entry);
    }
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Why no session could be chosen; the codes are those of docs/errors.md. */
export class SessionChoice extends Error {
  readonly code: 'unknown-session' | 'ambiguous-session';

  constructor(code: SessionChoice['code'], detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * The session of this name, id, or beginning of an id; without one, the only session there is.
 * Throws a SessionChoice when there is none, or more than one.
 */
export function sessionOf(
  sessions: readonly RecordedSession[],
  wanted: string | undefined,
): RecordedSession {
  const found = wanted === undefined ? sessions : sessionsNamed(sessions, wanted);
  const [only, other] = found;
  if (only && !other) return only;
  const listed = listOf(sessions);
  if (only) {
    const which = wanted === undefined ? 'The recording has' : `${wanted} names`;
    throw new SessionChoice('ambiguous-session', `${which} several sessions: ${listOf(found)}`);
  }
  const detail =
    wanted === undefined
      ? 'The recording has no session'
      : `The recording has no session ${wanted}, only ${listed}`;
  throw new SessionChoice('unknown-session', detail);
}

/**
 * The sessions of one recorded server, in recorded order: those of this name, or the one of this id
 * or beginning of an id; without one, all, when they have one name. None: it is not there, or not clear.
 */
export function sessionsOfServer(
  sessions: readonly RecordedSession[],
  wanted: string | undefined,
): readonly RecordedSession[] {
  const found = wanted === undefined ? sessions : sessionsNamed(sessions, wanted);
  const isNamed = found.every(({ name }) => name === (wanted ?? found[0]?.name));
  return isNamed || found.length === 1 ? found : [];
}

/** The sessions of this name in recorded order, else the one of this id or beginning of an id. */
export function sessionsNamed(
  sessions: readonly RecordedSession[],
  wanted: string,
): readonly RecordedSession[] {
  const named = sessions.filter(({ name }) => name === wanted);
  if (named.length > 0) return named;
  const exact = sessions.filter(({ session }) => session.id === wanted);
  if (exact.length > 0 || wanted === '') return exact;
  return sessions.filter(({ session }) => session.id.startsWith(wanted));
}

function listOf(sessions: readonly RecordedSession[]): string {
  if (sessions.length === 0) return 'none';
  const shown = sessions.slice(0, 20).map(({ name, session }) => `${name} (${session.id})`);
  return shown.join(', ') + (sessions.length > shown.length ? ', …' : '');
}

/** Why a server cannot be connected to: nobody of this name, or all of them have their client. */
export function notThere(
  sessions: readonly RecordedSession[],
  named: readonly RecordedSession[],
  name: string,
): SessionChoice {
  const names = [...new Set(sessions.map((session) => session.name))].join(', ') || 'none';
  const detail =
    named.length === 0
      ? `The recording has no server ${name}, only ${names}`
      : `The recording has ${named.length} connection(s) to ${name}, and all are in use`;
  return new SessionChoice('unknown-session', detail);
}
