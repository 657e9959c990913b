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
import { abandon, take } from './hear.ts';
import { createLiveSession, type LiveSession } from './live-session.ts';
import { missOf } from './miss.ts';
import { withPlaceholders } from './placeholders.ts';
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
  /** What this replay is like so far. */
  report(): ReplayReport;
  transcript(): SessionTranscript;
}

/** A player of one recorded session. */
export function createPlayer(session: RecordedSession): Player {
  const script = scriptOf(session);
  const state = createLiveSession(script);
  const receive = (value: unknown): Outgoing[] => {
    if (state.over) return [];
    const messages = itemsOf(classify(value));
    const refused = messages.flatMap(([message, item]) => {
      const own = item === undefined || !Array.isArray(value) ? value : value[item];
      return take(state, message, own);
    });
    return [...refused, ...due(state)];
  };
  const receiveText = (text: string): Outgoing[] => {
    const parsed = parseJson(text);
    if (parsed.ok) return receive(parsed.value);
    // Text that is too deep to be walked stands for itself.
    if (parsed.why === 'too-deep') return receive(text);
    // An empty line says nothing.
    if (text.trim() !== '') state.misses.push(missOf('invalid', { reason: 'not-json' }));
    return [];
  };
  return {
    session,
    script,
    start: () => due(state),
    receive,
    receiveText,
    hear(text, exchange) {
      const before = state.said.length;
      state.exchange = exchange;
      const said = receiveText(text);
      state.exchange = undefined;
      return { heard: state.said.slice(before).flatMap(({ item }) => item ?? []), said };
    },
    abandon: (exchange) => (abandon(state, exchange) ? due(state) : []),
    report: () => reportOf(script, state.placement, state),
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
