/**
 * E1: messages on one pipe or one stream arrive in the order they were written. That orders their
 * delivery, never their execution: two requests on one pipe run at once in a server that lets them.
 */
import type { Entry } from '../../model/entry.ts';
import type { WholeView } from '../../model/session.ts';
import { type CausalEdge, type End, edge, endOf } from './edge.ts';

export function* channelEdges(view: WholeView): Generator<CausalEdge> {
  const last = new Map<string, End>();
  for (const { entry, seen } of view.moments) {
    const channel = channelOf(entry);
    if (channel === undefined) continue;
    for (const { ref, call } of seen) {
      const now = endOf(view.session, ref, call);
      const before = last.get(channel);
      if (before) yield edge('E1', before, now, SHOWN);
      last.set(channel, now);
    }
  }
}

const SHOWN = { before: { role: 'message before' }, after: { role: 'next on its channel' } };

/** Each exchange of HTTP has its own request and its own response; pipes are one for each side. */
function channelOf(entry: Entry): string | undefined {
  if (entry.type !== 'message' && entry.type !== 'frame') return undefined;
  const { from, channel, exchange } = entry;
  return exchange === undefined ? `${from} ${channel}` : `${from} ${channel} ${exchange}`;
}
