/** E14: the process begins, the handshake is made, what is said waits for both, and the process ends. */
import type { Call, MessageRef, Session, SessionView } from '../../model/session.ts';
import { answerOf, type CausalEdge, type End, edge, endOf, requestOf } from './edge.ts';

/** Whether a call opens the session: what comes later waits for its answer. */
export function isOpening({ method, from }: Pick<Call, 'method' | 'from'>): boolean {
  return from === 'client' && (method === 'initialize' || method === 'server/discover');
}

export const INITIALIZED = 'notifications/initialized';

export function* lifetimeEdges({ session }: SessionView): Generator<CausalEdge> {
  const [first] = session.calls;
  if (session.head && first) {
    yield edge('E14', endOf(session, session.head), requestOf(first), BEGINS);
  }
  const steps = handshake(session);
  let next = 0;
  let before: End | undefined;
  for (const call of session.calls) {
    for (let step = steps[next]; step && step.seq < call.request.seq; step = steps[++next]) {
      if (before && step.seq > before.seq) yield edge('E14', before, step, OPENS);
      before = step;
    }
    if (before && call.from === 'client') yield edge('E14', before, requestOf(call), OPENED);
  }
  const last = lastMessage(session);
  if (session.exit && last && last.seq < session.exit.seq) {
    yield edge('E14', last, endOf(session, session.exit), ENDS);
  }
}

/** The answers that open the session, and that the client took them, in recorded order. */
function handshake({ id, calls, notifications }: Session): End[] {
  const answers = calls.filter(isOpening).flatMap((call) => answerOf(call) ?? []);
  const taken = notifications
    .filter(({ method, from }) => method === INITIALIZED && from === 'client')
    .map(({ ref }) => endOf(id, ref));
  return [...answers, ...taken].sort((a, b) => a.seq - b.seq);
}

function lastMessage({ id, calls, notifications }: Session): End | undefined {
  let last: { readonly ref: MessageRef; readonly call?: Call } | undefined;
  const see = (ref: MessageRef | undefined, call?: Call): void => {
    if (ref && ref.seq > (last?.ref.seq ?? -1)) last = call ? { ref, call } : { ref };
  };
  for (const call of calls) {
    see(call.request, call);
    see(call.response, call);
  }
  const notification = notifications.at(-1);
  see(notification?.ref, notification?.call);
  return last && endOf(id, last.ref, last.call);
}

const BEGINS = { before: { role: 'process' }, after: { role: 'first request' } };
const OPENS = { before: { role: 'handshake' }, after: { role: 'handshake' } };
const OPENED = { before: { role: 'handshake' }, after: { role: 'request' } };
const ENDS = { before: { role: 'last message' }, after: { role: 'process gone' } };
