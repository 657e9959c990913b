/// <reference lib="esnext.disposable" preserve="true" />
/** All servers of one recording, each to be connected to as often as it was when recorded. */
import type { Entry } from '../model/entry.ts';
import { createHeard } from './heard.ts';
import type { HttpSession } from './http/http-session.ts';
import { type Fetch, fetchOf, httpStandIn } from './http/stand-in.ts';
import { createPlayers, type Player, type PlayOptions } from './player.ts';
import {
  type RecordedSession,
  recordedSessions,
  SessionChoice,
  sessionsNamed,
} from './recorded.ts';
import type { ReplayReport } from './report.ts';
import { type Transcript, transcript } from './transcript.ts';
import { type StandInTransport, transportOf } from './transport.ts';

export interface StandIns {
  /** The names of the recorded servers, each once, in recorded order. */
  readonly names: readonly string[];
  /**
   * Connects to a recorded server by name, or to one session by its id. The second time a name is
   * given, it is the second recorded session of that name. Throws a SessionChoice when there is none.
   */
  transport(name: string): StandInTransport;
  /**
   * For HTTP transports of the SDKs, in place of the global fetch: all recorded sessions of this name
   * that nobody has yet, each `initialize` the next. Throws a SessionChoice when there is none.
   */
  fetch(name: string): Fetch;
  /** What the replay of each session is like so far, in recorded order. */
  report(): readonly ReplayReport[];
  transcript(): Transcript;
  /** What was said so far, as entries of sessions; a count of messages stands in the place of time. */
  entries(): readonly Entry[];
  /** Closes all connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The servers of these entries. Throws what createPlayer throws for a wrong option. */
export function standIns(entries: Iterable<Entry>, options: PlayOptions = {}): StandIns {
  return standInsOf(recordedSessions(entries), options);
}

export function standInsOf(
  sessions: readonly RecordedSession[],
  options: PlayOptions = {},
): StandIns {
  const all = createPlayers(sessions, options);
  const players = new Map(all.map((player) => [player.session, player]));
  const given = new Map<RecordedSession, { close(): unknown }>();
  const played = new Map<RecordedSession, Pick<Player, 'report' | 'transcript'>>(players);
  let said = 0;
  const heard = new Map(sessions.map((session) => [session, createHeard(session, () => ++said)]));
  const close = async (): Promise<void> => {
    for (const one of given.values()) await one.close();
  };
  return {
    names: [...new Set(sessions.map(({ name }) => name))],
    transport(name) {
      const named = sessionsNamed(sessions, name);
      const next = named.find((session) => !given.has(session));
      const player = next && players.get(next);
      if (!player) throw notThere(sessions, named, name);
      const transport = transportOf(player, heard.get(next));
      given.set(next, transport);
      return transport;
    },
    fetch(name) {
      const named = sessionsNamed(sessions, name);
      const left = named.filter((session) => !given.has(session));
      if (left.length === 0) throw notThere(sessions, named, name);
      const own = all.filter(({ session }) => left.includes(session));
      const http = httpStandIn(own, (session) => heard.get(session));
      for (const [at, { session }] of own.entries()) {
        given.set(session, http);
        played.set(session, http.sessions[at] as HttpSession);
      }
      return fetchOf(http);
    },
    report: () => [...played.values()].map((one) => one.report()),
    transcript: () => transcript([...played.values()].map((one) => one.transcript())),
    entries: () => [...given.keys()].flatMap((session) => heard.get(session)?.entries() ?? []),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function notThere(
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
