/** E13: a request, then that it was given up. That it is asked again stands in goes-on.ts. */
import type { SessionView } from '../../model/session.ts';
import { type CausalEdge, edge, endOf, requestOf } from './edge.ts';

export function* cancellationEdges({ session }: SessionView): Generator<CausalEdge> {
  for (const call of session.calls) {
    if (!call.cancelled) continue;
    yield edge('E13', requestOf(call), endOf(session, call.cancelled, call), {
      before: { role: 'request' },
      after: { role: 'cancellation' },
    });
  }
}
