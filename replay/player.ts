/**
 * The player: speaks for a recorded server. Messages of a live client go in, the server's recorded
 * messages come out, as soon as they are due.
 *
 * Pure and synchronous: it knows no stream, no clock and no timer, so the same messages in the same
 * order always give the same answers. It runs nothing, opens nothing and writes nothing that the
 * recording names. A message that the recording does not have is answered with an error that says
 * so, and never with something similar.
 */
import { parseJson } from '../model/json.ts';
import { classify, itemsOf } from '../model/message.ts';
import { declaredMasks } from './declared-masks.ts';
import { declaredFaults } from './fault.ts';
import { withFaults } from './faulty.ts';
import { abandon, take } from './hear.ts';
import { type Behind, createLiveSession, type LiveSession } from './live-session.ts';
import type { Mask } from './masks.ts';
import { missOf } from './miss.ts';
import type { PassOn } from './pass-on.ts';
import { withPlaceholders } from './placeholders.ts';
import type { PlacementMode } from './placement.ts';
import type { RecordedSession } from './recorded.ts';
import { type ReplayReport, reportOf } from './report.ts';
import { type ClientItem, type Script, scriptOf } from './script.ts';
import { due, type Outgoing } from './speak.ts';
import {
  clientLine,
  type Line,
  type SessionTranscript,
  serverLines,
  unmatchedLine,
} from './transcript.ts';

export interface Player {
  readonly session: RecordedSession;
  readonly script: Script;
  /** What the server says before the client says anything. To be called first, once. */
  start(): Outgoing[];
  /** Takes the value of one JSON text of the client. */
  receive(value: unknown): Outgoing[];
  /** Takes one line of the client. */
  receiveText(text: string): Outgoing[];
  /** Takes the body of a request in this live exchange; gives also which recorded messages it held. */
  hear(text: string, exchange: number): { heard: readonly ClientItem[]; said: Outgoing[] };
  /** The client gave up the exchange. In the stateless era that cancels its request. */
  abandon(exchange: number): Outgoing[];
  /** What else is due by now, for whoever holds back what the server says. */
  more(): Outgoing[];
  /** What this replay is like so far. */
  report(): ReplayReport;
  transcript(): SessionTranscript;
}

/** How a recording is played. */
export interface PlayOptions {
  /**
   * Places where a live value may be another one of the same class than was recorded:
   * `METHOD:/POINTER=TYPE` or `TOOL:/POINTER=TYPE`.
   */
  readonly masks?: readonly string[];
  /**
   * What a message does that the recording does not have. `error`, the default: the client is told,
   * and the replay goes on. `exit`: the client is told, and the server ends with code 1.
   */
  readonly onMiss?: 'error' | 'exit';
  /**
   * What a message of the server that belongs to no request waits for. `observed`, the default: all
   * that the client had said by then. `causal`: only what may have caused it.
   */
  readonly placement?: PlacementMode;
  /** What the server does wrong: `KIND@CALL[:ARG]`, see docs/replay.md. */
  readonly faults?: readonly string[];
  /** Decides what a fault leaves to chance; 1 when left out. */
  readonly seed?: number;
  /** Where a message goes that was not recorded, before it is refused. */
  readonly passOn?: PassOn;
  readonly behind?: Behind;
}

/** A player of one recorded session. Throws a MaskRefusal or a FaultRefusal for what it has no place for. */
export function createPlayer(session: RecordedSession, options: PlayOptions = {}): Player {
  const [player] = createPlayers([session], options);
  if (!player) throw new Error('There is a player for each session.');
  return player;
}

/** A player of each session; what the options name must be in one of them. */
export function createPlayers(
  sessions: readonly RecordedSession[],
  options: PlayOptions = {},
): readonly Player[] {
  const masks = declaredMasks(options.masks ?? [], sessions);
  const faults = declaredFaults(options.faults ?? [], sessions);
  return sessions.map((session) =>
    withFaults(playerOf(session, { ...options, masks }), faults, options.seed ?? 1),
  );
}

interface Settings extends Pick<PlayOptions, 'onMiss' | 'placement' | 'passOn' | 'behind'> {
  readonly masks: readonly Mask[];
}

function playerOf(session: RecordedSession, { masks, onMiss, ...how }: Settings): Player {
  const script = scriptOf(session);
  const state = createLiveSession(script, masks, how);
  const after = (said: readonly Outgoing[]): Outgoing[] => {
    const isOver = onMiss === 'exit' && state.misses.length > 0;
    if (!isOver) return [...said, ...due(state)];
    state.over = true;
    return [...said, { kind: 'end', code: 1, signal: null }];
  };
  const receive = (value: unknown): Outgoing[] => {
    if (state.over) return [];
    const messages = itemsOf(classify(value));
    const refused = messages.flatMap(([message, item]) => {
      const own = item === undefined || !Array.isArray(value) ? value : value[item];
      return take(state, message, own);
    });
    return after(refused);
  };
  const receiveText = (text: string): Outgoing[] => {
    const parsed = parseJson(text);
    state.line = parsed.ok && !Array.isArray(parsed.value) ? text : undefined;
    if (parsed.ok) return receive(parsed.value);
    // Text that is too deep to be walked stands for itself.
    if (parsed.why === 'too-deep') return receive(text);
    // An empty line says nothing.
    if (text.trim() === '' || state.over) return [];
    state.misses.push(missOf(state, 'invalid', { reason: 'not-json' }));
    return after([]);
  };
  return {
    session,
    script,
    start: () => due(state),
    receive(value) {
      state.line = undefined;
      return receive(value);
    },
    receiveText,
    hear(text, exchange) {
      const before = state.said.length;
      state.exchange = exchange;
      const said = receiveText(text);
      state.exchange = undefined;
      return { heard: state.said.slice(before).flatMap(({ item }) => item ?? []), said };
    },
    abandon: (exchange) => (abandon(state, exchange) ? due(state) : []),
    report() {
      const live = how.passOn && { live: how.passOn.report() };
      return { ...reportOf(script, state.placement, state), ...live };
    },
    more: () => due(state),
    transcript: () => transcriptOfState(state),
  };
}

function transcriptOfState(state: LiveSession): SessionTranscript {
  const { script, said, sent, refusals, secrets } = state;
  const lines: Line[] = sent.flatMap(({ step, text }) => serverLines(step, text));
  const unmatched = refusals.map((text) => unmatchedLine(JSON.parse(text)));
  for (const { item, value } of said) {
    if (!item) unmatched.push(unmatchedLine(value));
    else lines.push(clientLine(item, withPlaceholders(item.value, value, secrets.trial())));
  }
  return { name: script.session.name, session: script.session.session.id, lines, unmatched };
}
