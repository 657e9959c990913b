/// <reference lib="esnext.disposable" preserve="true" />
/** All servers of one recording, each to be connected to as often as it was when recorded. */
import type { Entry } from '../model/entry.ts';
import { createHeard, type Heard } from './heard.ts';
import type { HttpSession } from './http/http-session.ts';
import { type Fetch, fetchOf, httpStandIn } from './http/stand-in.ts';
import { createPlayers, type Player, type PlayOptions } from './player.ts';
import { notThere, type RecordedSession, recordedSessions, sessionsNamed } from './recorded.ts';
import type { ReplayReport } from './report.ts';
import { type SessionTranscript, type Transcript, transcript } from './transcript.ts';
import { type StandInTransport, transportTo, type Voice, voiceOf } from './transport.ts';
import type { GateReport } from './workflow/gate.ts';
import { playWorkflow } from './workflow/play.ts';
import type { Pace } from './workflow/queue.ts';

export interface StandInsOptions extends PlayOptions {
  /**
   * `workflow`, the default: what the servers say comes in the recorded order across all of them.
   * `session`: each server keeps the order of its own session only.
   */
  readonly gate?: 'workflow' | 'session';
  /** How long a client may say nothing that an answer of another server waits for; 1000 ms. */
  readonly patience?: number;
}

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
  /** Whether the recorded order across the servers was kept so far; undefined without a gate. */
  order(): GateReport | undefined;
  transcript(): Transcript;
  /** What was said so far, as entries of sessions; a count of messages stands in the place of time. */
  entries(): readonly Entry[];
  /** Closes all connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The servers of these entries. Throws what createPlayer throws for a wrong option. */
export function standIns(entries: Iterable<Entry>, options?: StandInsOptions): StandIns {
  return standInsOf(recordedSessions(entries), options);
}

export function standInsOf(
  sessions: readonly RecordedSession[],
  { gate = 'workflow', ...options }: StandInsOptions = {},
): StandIns {
  const isAlone = gate === 'session' || sessions.length < 2;
  const playing = isAlone ? eachAlone(sessions, options) : behindGate(sessions, options);
  const taken = new Set<RecordedSession>();
  const http = new Map<RecordedSession, HttpSession>();
  const heard = new Map<RecordedSession, Heard>();
  const open: { close(): unknown }[] = [];
  let said = 0;
  /** Those of this name that nobody has yet. */
  const left = (name: string): readonly [RecordedSession, ...RecordedSession[]] => {
    const named = sessionsNamed(sessions, name);
    const [first, ...others] = named.filter((session) => !taken.has(session));
    if (!first) throw notThere(sessions, named, name);
    return [first, ...others];
  };
  const take = (session: RecordedSession): Heard => {
    const own = createHeard(session, () => ++said);
    taken.add(session);
    heard.set(session, own);
    return own;
  };
  const close = async (): Promise<void> => {
    playing.close();
    for (const one of open) await one.close();
  };
  return {
    names: [...new Set(sessions.map(({ name }) => name))],
    transport(name) {
      const [session] = left(name);
      const transport = transportTo(playing.voice(session), take(session));
      open.push(transport);
      return transport;
    },
    fetch(name) {
      const all = left(name);
      for (const session of all) take(session);
      const standIn = httpStandIn(all.map(playing.player), (session) => heard.get(session));
      for (const [at, session] of all.entries()) {
        http.set(session, standIn.sessions[at] as HttpSession);
      }
      open.push(standIn);
      return fetchOf(standIn);
    },
    report: () =>
      playing
        .reports()
        .map((own, at) => http.get(sessions[at] as RecordedSession)?.report() ?? own),
    order: playing.order,
    transcript: () =>
      transcript(
        playing
          .transcripts()
          .map((own, at) => http.get(sessions[at] as RecordedSession)?.transcript() ?? own),
      ),
    entries: () => [...heard.values()].flatMap((one) => one.entries()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** All servers of a recording, each to be taken once. Reports and transcripts are in recorded order. */
interface Playing extends Pick<StandIns, 'order'> {
  voice(session: RecordedSession): Voice;
  player(session: RecordedSession): Player;
  reports(): readonly ReplayReport[];
  transcripts(): readonly SessionTranscript[];
  close(): void;
}

function behindGate(
  sessions: readonly RecordedSession[],
  options: Omit<StandInsOptions, 'gate'>,
): Playing {
  const play = playWorkflow(sessions, { ...options, pace: nextTurn });
  let alone: Playing | undefined;
  return {
    voice: ({ session }) => play.take(session.id),
    // Exchanges answer when they can: who is reached over HTTP waits for no other server, nor they for it.
    player(session) {
      play.take(session.session.id).close();
      alone ??= eachAlone(sessions, options);
      return alone.player(session);
    },
    reports: () => play.report().sessions,
    order: () => play.report().gate,
    transcripts: play.transcripts,
    close: play.close,
  };
}

/** A client of two servers sees which one was first when a turn of the event loop is between them. */
const nextTurn: Pace = (last, next) => {
  const notified = last.said.kind === 'message' && last.said.notifies;
  if (last.place === next.place && !notified) return undefined;
  return new Promise((resolve) => setImmediate(resolve));
};

function eachAlone(sessions: readonly RecordedSession[], options: PlayOptions): Playing {
  const all = createPlayers(sessions, options);
  const player = (session: RecordedSession): Player => all[sessions.indexOf(session)] as Player;
  return {
    voice: (session) => voiceOf(player(session)),
    player,
    reports: () => all.map((one) => one.report()),
    order: () => undefined,
    transcripts: () => all.map((one) => one.transcript()),
    close: () => {},
  };
}
