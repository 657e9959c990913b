/// <reference lib="esnext.disposable" preserve="true" />
/** All servers of one recording, each to be connected to as often as it was when recorded. */
import type { Entry } from '../model/entry.ts';
import { createHeard, type Heard } from './heard.ts';
import { createPlayers, type PlayOptions } from './player.ts';
import { notThere, type RecordedSession, recordedSessions, sessionsNamed } from './recorded.ts';
import type { ReplayReport } from './report.ts';
import { type Transcript, transcript } from './transcript.ts';
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
  const given: StandInTransport[] = [];
  const heard = new Map<RecordedSession, Heard>();
  let said = 0;
  const close = async (): Promise<void> => {
    playing.close();
    for (const transport of given) await transport.close();
  };
  return {
    names: [...new Set(sessions.map(({ name }) => name))],
    transport(name) {
      const { session, voice } = playing.take(name);
      const own = createHeard(session, () => ++said);
      heard.set(session, own);
      const transport = transportTo(voice, own);
      given.push(transport);
      return transport;
    },
    report: playing.report,
    order: playing.order,
    transcript: playing.transcript,
    entries: () => [...heard.values()].flatMap((one) => one.entries()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** All servers of a recording, each to be taken once. */
interface Playing extends Pick<StandIns, 'report' | 'order' | 'transcript'> {
  take(name: string): { readonly session: RecordedSession; readonly voice: Voice };
  close(): void;
}

function behindGate(
  sessions: readonly RecordedSession[],
  options: Omit<StandInsOptions, 'gate'>,
): Playing {
  const play = playWorkflow(sessions, { ...options, pace: nextTurn });
  return {
    take(name) {
      const seat = play.take(name);
      return { session: seat.session, voice: seat };
    },
    report: () => play.report().sessions,
    order: () => play.report().gate,
    transcript: play.transcript,
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
  const players = new Map(all.map((player) => [player.session, player]));
  const taken = new Set<RecordedSession>();
  return {
    take(name) {
      const named = sessionsNamed(sessions, name);
      const session = named.find((one) => !taken.has(one));
      const player = session && players.get(session);
      if (!player) throw notThere(sessions, named, name);
      taken.add(session);
      return { session, voice: voiceOf(player) };
    },
    report: () => [...players.values()].map((player) => player.report()),
    order: () => undefined,
    transcript: () => transcript([...players.values()].map((player) => player.transcript())),
    close: () => {},
  };
}
