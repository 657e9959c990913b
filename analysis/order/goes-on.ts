/**
 * Requests that go on with an earlier one: E5 (rounds), E6 (tasks), E13 (asked again when it was
 * given up) and the end of a subscription (E7).
 */
import { member } from '../../model/json.ts';
import { earlierCalls, type LogicalCall } from '../../model/logical-call.ts';
import type { Call, SessionView } from '../../model/session.ts';
import { answerOf, type CausalEdge, type End, edge, endOf, requestOf, type Shown } from './edge.ts';

type GoingOn = 'E5' | 'E6' | 'E7' | 'E13';

export interface Earlier {
  readonly call: Call;
  readonly kind: GoingOn;
}

const KINDS: Readonly<Record<LogicalCall['why'], GoingOn>> = {
  single: 'E5',
  rounds: 'E5',
  task: 'E6',
  retry: 'E13',
};

/** For each request that goes on with an earlier one, that one. */
export function goesOnWith(view: SessionView): Map<Call, Earlier> {
  const earlier = new Map<Call, Earlier>();
  for (const [call, { call: before, why }] of earlierCalls(view)) {
    earlier.set(call, { call: before, kind: KINDS[why] });
  }
  const subscribed = new Map<unknown, Call>();
  for (const call of view.session.calls) {
    if (call.method !== 'resources/subscribe' && call.method !== 'resources/unsubscribe') continue;
    const uri = member(view.value(call.request), 'params', 'uri');
    const before = subscribed.get(uri);
    if (call.method === 'resources/subscribe') subscribed.set(uri, call);
    else if (before) earlier.set(call, { call: before, kind: 'E7' });
  }
  return earlier;
}

export function* goingOnEdges(view: SessionView): Generator<CausalEdge> {
  for (const [call, { call: before, kind }] of goesOnWith(view)) {
    yield edge(kind, lastBefore(before, call, kind), requestOf(call), SHOWN[kind]);
  }
}

/** What of the earlier call the later one goes on with: that it was given up, its answer, or that it was asked. */
function lastBefore(before: Call, { request }: Call, kind: GoingOn): End {
  const { cancelled } = before;
  if (kind === 'E13' && cancelled) return endOf(before.session, cancelled, before);
  const answer = answerOf(before);
  return answer && answer.seq < request.seq ? answer : requestOf(before);
}

const SHOWN: Readonly<Record<GoingOn, Shown>> = {
  E5: { before: { role: 'asks for more' }, after: { role: 'asked again with it' } },
  E6: { before: { role: 'task' }, after: { role: 'asks about the task' } },
  E7: { before: { role: 'subscription' }, after: { role: 'its end' } },
  E13: { before: { role: 'cancellation' }, after: { role: 'asked again' } },
};
