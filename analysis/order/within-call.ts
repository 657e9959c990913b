/** E2, E3, E4: what belongs to one call. */
import { LISTEN, META } from '../../model/methods.ts';
import type { Call, NotificationSeen, SessionView } from '../../model/session.ts';
import { answerOf, type CausalEdge, edge, endOf, requestOf } from './edge.ts';

export function* callEdges({ session }: SessionView): Generator<CausalEdge> {
  for (const call of session.calls) yield* edgesOf(call);
  for (const notification of session.notifications) {
    const { call, ref } = notification;
    if (!call || !isToldOf(call, notification)) continue;
    yield edge('E3', requestOf(call), endOf(session, ref, call), {
      before: { role: 'request' },
      after: { role: 'notification of it', ...pointerTo(notification) },
    });
  }
}

function* edgesOf(call: Call): Generator<CausalEdge> {
  const answer = answerOf(call);
  if (answer) yield edge('E2', requestOf(call), answer, ANSWERED);
  const { parent } = call;
  if (!parent) return;
  yield edge('E3', requestOf(parent), requestOf(call), ASKED);
  const last = answerOf(parent);
  if (answer && last && answer.seq < last.seq) yield edge('E4', answer, last, WAITED);
}

const ANSWERED = { before: { role: 'request' }, after: { role: 'answer' } };
const ASKED = { before: { role: 'request' }, after: { role: 'question because of it' } };
const WAITED = { before: { role: 'answer to the question' }, after: { role: 'answer' } };

/** What the answering side tells of a call; what a subscription brings is an edge of its own. */
function isToldOf({ method, from }: Call, notification: NotificationSeen): boolean {
  return method !== LISTEN && notification.from !== from;
}

function pointerTo({ method }: NotificationSeen): { pointer?: string } {
  return method === 'notifications/progress' ? { pointer: `/params/${META.progressToken}` } : {};
}
