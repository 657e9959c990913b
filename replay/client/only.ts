/** One recorded call, chosen by what names it. */
import type { Call } from '../../model/session.ts';
import { type RecordedSession, sessionsNamed } from '../recorded.ts';
import { refOf } from '../report.ts';

/** Why no call could be chosen. */
export class CallChoice extends Error {
  readonly code = 'unknown-call';
}

/**
 * The call that a word names among these sessions: `SESSION:SEQ`, where the session may be the
 * beginning of its id (and `…` may end it), or `:SEQ`; or `METHOD`, `TOOL`, `METHOD/TOOL`, each with
 * `#N` for the Nth; a method of the client before one of the server. A question of the server stands
 * for the request that it was asked because of.
 * Throws a CallChoice when there is none.
 */
export function callNamed(
  sessions: readonly RecordedSession[],
  word: string,
): { readonly session: RecordedSession; readonly call: Call } {
  const place = placeIn(word);
  const among = place && place.session !== '' ? sessionsNamed(sessions, place.session) : sessions;
  const foundBy = (isNamed: (call: Call) => boolean) =>
    among.flatMap((session) =>
      session.session.calls.filter(isNamed).map((call) => ({ session, call })),
    );
  const found = foundBy(place ? byPlace(place) : byWords(word));
  const named = found.length > 0 || place ? found : foundBy(byQuestion(word));
  const chosen = named[place ? 0 : numberIn(word) - 1];
  if (!chosen) throw new CallChoice(`The recording has no call ${word}; ${nearby(sessions)}`);
  const { session, call } = chosen;
  const asking = call.from === 'server' ? call.parent : call;
  if (!asking) {
    throw new CallChoice(`${refOf(call)} is a question of the server that belongs to no call`);
  }
  return { session, call: asking };
}

interface Place {
  /** The session, or the beginning of its id; empty: any. */
  readonly session: string;
  readonly seq: number;
  readonly item?: number;
}

function placeIn(word: string): Place | undefined {
  const colon = word.lastIndexOf(':');
  const [, seq, item] = /^(\d{1,10})(?:\/(\d{1,10}))?$/.exec(word.slice(colon + 1)) ?? [];
  if (colon === -1 || seq === undefined) return undefined;
  const session = word.slice(0, colon).replace(/…$/, '');
  return { session, seq: Number(seq), ...(item === undefined ? {} : { item: Number(item) }) };
}

/** The request or its answer stands there. */
function byPlace({ seq, item }: Place): (call: Call) => boolean {
  return ({ request, response }) =>
    [request, response].some(
      (ref) => ref?.seq === seq && (item === undefined || ref.item === item),
    );
}

function numberIn(word: string): number {
  return Number(/#(\d{1,9})$/.exec(word)?.[1] ?? 1);
}

function byWords(word: string): (call: Call) => boolean {
  const name = nameIn(word);
  return ({ from, method, subject }) =>
    from === 'client' && [method, subject, `${method}/${subject}`].includes(name);
}

function byQuestion(word: string): (call: Call) => boolean {
  const name = nameIn(word);
  return ({ from, method }) => from === 'server' && method === name;
}

function nameIn(word: string): string {
  return word.replace(/#\d{1,9}$/, '');
}

/** How many calls are named for who asked for one that is not there. */
const NAMED = 5;

function nearby(sessions: readonly RecordedSession[]): string {
  const calls = sessions.flatMap(({ session }) =>
    session.calls.filter(({ from }) => from === 'client'),
  );
  const named = calls
    .slice(0, NAMED)
    .map((call) => `${call.subject ?? call.method} (${refOf(call)})`);
  return `it has ${named.join(', ') || 'none'}${calls.length > NAMED ? ', …' : ''}`;
}
