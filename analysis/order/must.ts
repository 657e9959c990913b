/**
 * Which operations can only run after which others: the edges without which one could not be, over
 * all calls between them. A task that is polled, a page that is turned lie between two operations and
 * are none themselves.
 */
import { order } from '../../model/order.ts';
import type { Call, WholeView } from '../../model/session.ts';
import type { Edge } from '../schedules.ts';
import type { Source } from './data-flow.ts';
import { EDGE_KINDS } from './edge-kinds.ts';
import { goesOnWith } from './goes-on.ts';
import type { Asked } from './span.ts';

export interface Known {
  readonly views: readonly WholeView[];
  sourcesOf(about: { readonly call: Call }): readonly Source[];
  timesOf(call: Call): Asked;
}

/** Pairs of places in the list. They go in no circle, whatever times a recording claims. */
export function mustPairs(operations: readonly { readonly call: Call }[], known: Known): Edge[] {
  const places = new Map(operations.map(({ call }, place) => [call, place]));
  const causesOf = causes(known);
  return operations.flatMap(({ call }, place) => {
    const before = new Set<number>();
    const seen = new Set<Call>([call]);
    const open = [call];
    for (let one = open.pop(); one; one = open.pop()) {
      for (const cause of causesOf(one)) {
        if (seen.has(cause) || !isEarlier(cause, one, known)) continue;
        seen.add(cause);
        const at = places.get(cause);
        if (at === undefined) open.push(cause);
        else before.add(at);
      }
    }
    return [...before].sort((a, b) => a - b).map((one): Edge => [one, place]);
  });
}

/** The calls without which a call could not have been asked. */
function causes({ views, sourcesOf }: Known): (call: Call) => Call[] {
  const byId = new Map(views.map((view) => [view.session.id, view]));
  const earlier = new Map<string, ReturnType<typeof goesOnWith>>();
  return (call) => {
    const view = byId.get(call.session);
    const own = earlier.get(call.session) ?? (view && goesOnWith(view));
    if (own) earlier.set(call.session, own);
    const before = own?.get(call);
    const given = sourcesOf({ call }).filter(({ certain }) => certain);
    return [
      ...(before && EDGE_KINDS[before.kind].must ? [before.call] : []),
      ...(call.parent ? [call.parent] : []),
      ...given.flatMap((source) => source.call ?? []),
    ];
  };
}

/** One order of all calls, by which every edge goes forward. */
function isEarlier(a: Call, b: Call, { timesOf }: Known): boolean {
  const [one, other] = [timesOf(a), timesOf(b)];
  if (one.clock !== other.clock) return one.clock < other.clock;
  const apart = one.asked - other.asked;
  if (apart !== 0) return apart < 0;
  return (order(a.session, b.session) || a.request.seq - b.request.seq) < 0;
}
