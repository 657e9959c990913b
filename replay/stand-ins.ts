/// <reference lib="esnext.disposable" preserve="true" />
/** All servers of one recording, each to be connected to as often as it was when recorded. */
import type { Entry } from '../model/entry.ts';
import { createPlayer } from './player.ts';
import { notThere, type RecordedSession, recordedSessions, sessionsNamed } from './recorded.ts';
import type { ReplayReport } from './report.ts';
import { type Transcript, transcript } from './transcript.ts';
import { type StandInTransport, transportOf, transportTo } from './transport.ts';
import type { GateReport } from './workflow/gate.ts';
import { type Play, playWorkflow } from './workflow/play.ts';
import type { Pace } from './workflow/queue.ts';

export interface StandInsOptions {
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
  /** What the replay of each session is like so far, in recorded order. */
  report(): readonly ReplayReport[];
  /** Whether the recorded order across the servers was kept so far; undefined without a gate. */
  order(): GateReport | undefined;
  transcript(): Transcript;
  /** Closes all connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The servers of these entries. */
export function standIns(entries: Iterable<Entry>, options?: StandInsOptions): StandIns {
  return standInsOf(recordedSessions(entries), options);
}

export function standInsOf(
  sessions: readonly RecordedSession[],
  { gate = 'workflow', ...options }: StandInsOptions = {},
): StandIns {
  if (gate === 'session' || sessions.length < 2) return eachAlone(sessions);
  return behindGate(playWorkflow(sessions, { ...options, pace: nextTurn }));
}

/** A client of two servers sees which one was first when a turn of the event loop is between them. */
const nextTurn: Pace = (last, next) => {
  const notified = last.said.kind === 'message' && last.said.notifies;
  if (last.place === next.place && !notified) return undefined;
  return new Promise((resolve) => setImmediate(resolve));
};

function behindGate(play: Play): StandIns {
  const close = async (): Promise<void> => play.close();
  return {
    names: play.names,
    transport: (name) => transportTo(play.take(name)),
    report: () => play.report().sessions,
    order: () => play.report().gate,
    transcript: () => play.transcript(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function eachAlone(sessions: readonly RecordedSession[]): StandIns {
  const players = new Map(sessions.map((session) => [session, createPlayer(session)]));
  const given = new Map<RecordedSession, StandInTransport>();
  const close = async (): Promise<void> => {
    for (const transport of given.values()) await transport.close();
  };
  return {
    names: [...new Set(sessions.map(({ name }) => name))],
    transport(name) {
      const named = sessionsNamed(sessions, name);
      const next = named.find((session) => !given.has(session));
      const player = next && players.get(next);
      if (!player) throw notThere(sessions, named, name);
      const transport = transportOf(player);
      given.set(next, transport);
      return transport;
    },
    order: () => undefined,
    report: () => [...players.values()].map((player) => player.report()),
    transcript: () => transcript([...players.values()].map((player) => player.transcript())),
    close,
    [Symbol.asyncDispose]: close,
  };
}
