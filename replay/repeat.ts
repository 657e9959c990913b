/**
 * A request that is made more often than recorded. Its last answer is given once more where the
 * recording shows that it cannot have changed: nothing that may be a write was asked for after it.
 */
import type { Id } from '../model/message.ts';
import type { Call } from '../model/session.ts';
import type { Found } from './consumption.ts';
import { replaceAt } from './json-text.ts';
import type { LiveSession } from './live-session.ts';
import { type ClientItem, isRequest, type ServerStep } from './script.ts';
import type { OutgoingMessage } from './speak.ts';
import { isStateless } from './written-state.ts';

/** Whether an answer stands alone: no progress, no question and no other answer belongs to it. */
export function isRepeatable({ script }: LiveSession, item: ClientItem): boolean {
  const turn = isRequest(item) ? script.turns.get(item.call) : undefined;
  const [step, ...others] = turn?.steps ?? [];
  if (!turn || !step || others.length > 0 || turn.answers.length > 0) return false;
  return step.parts.length === 1 && turn.item.call.response !== undefined;
}

/** Gives the answer now, or with the first one where that is still to come. */
export function repeat(
  state: LiveSession,
  { item, places }: Found,
  live: { readonly id: Id; readonly value: unknown },
): OutgoingMessage[] {
  const { call } = item;
  const step = call && state.script.turns.get(call)?.steps[0];
  if (!call || !step) return [];
  if (!isStateless(item)) {
    const entry = item.reference;
    state.degraded.push({ entry, how: 'repeated' });
    for (const place of places) state.degraded.push({ entry, how: 'masked', ...place });
    // It has no place of its own in the transcript.
    state.said.push({ item: undefined, value: live.value });
  }
  if (state.moments.answered.has(call)) return [answerTo(step, live.id)];
  const waiting = state.repeats.get(call);
  if (waiting) waiting.push(live.id);
  else state.repeats.set(call, [live.id]);
  return [];
}

/** The answers that waited for the first one. */
export function waitingRepeats(
  state: LiveSession,
  step: ServerStep,
  call: Call,
): OutgoingMessage[] {
  const ids = state.repeats.get(call) ?? [];
  state.repeats.delete(call);
  return ids.map((id) => answerTo(step, id));
}

function answerTo({ text }: ServerStep, id: Id): OutgoingMessage {
  return {
    kind: 'message',
    text: replaceAt(text, ['id'], JSON.stringify(id)),
    notifies: false,
    eof: false,
  };
}
