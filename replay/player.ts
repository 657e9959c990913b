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
import { take } from './hear.ts';
import { createLiveSession, type LiveSession } from './live-session.ts';
import { missOf } from './miss.ts';
import { withPlaceholders } from './placeholders.ts';
import { createPlacement, type Placement } from './placement.ts';
import type { RecordedSession } from './recorded.ts';
import { type ReplayReport, reportOf } from './report.ts';
import { type Script, scriptOf } from './script.ts';
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
  /** What the server says before the client says anything. To be called first, once. */
  start(): Outgoing[];
  /** Takes the value of one JSON text of the client. */
  receive(value: unknown): Outgoing[];
  /** Takes one line of the client. */
  receiveText(text: string): Outgoing[];
  /** What else is due by now, for whoever holds back what the server says. */
  more(): Outgoing[];
  /** What this replay is like so far. */
  report(): ReplayReport;
  transcript(): SessionTranscript;
}

export interface PlayerOptions {
  /** Puts another placement before the session's own: the gate of a workflow. */
  readonly behind?: (script: Script, own: Placement) => Placement;
}

/** A player of one recorded session. */
export function createPlayer(session: RecordedSession, options: PlayerOptions = {}): Player {
  const script = scriptOf(session);
  const own = createPlacement(script);
  const state = createLiveSession(script, options.behind?.(script, own) ?? own);
  const receive = (value: unknown): Outgoing[] => {
    if (state.over) return [];
    const messages = itemsOf(classify(value));
    const refused = messages.flatMap(([message, item]) => {
      const own = item === undefined || !Array.isArray(value) ? value : value[item];
      return take(state, message, own);
    });
    return [...refused, ...due(state)];
  };
  return {
    session,
    start: () => due(state),
    receive,
    receiveText(text) {
      const parsed = parseJson(text);
      if (parsed.ok) return receive(parsed.value);
      // Text that is too deep to be walked stands for itself.
      if (parsed.why === 'too-deep') return receive(text);
      // An empty line says nothing.
      if (text.trim() !== '') state.misses.push(missOf('invalid', { reason: 'not-json' }));
      return [];
    },
    more: () => due(state),
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
