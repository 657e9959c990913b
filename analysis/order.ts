/**
 * The partial order of a run: what was before what, and why.
 *
 * By time, of two calls at once: effect-before, knowledge-before, observed concurrency (span.ts). By
 * cause: edges between messages, each of a kind (edge-kinds.ts) and with the messages that show it.
 * Nothing is walked and nothing is kept before it is asked for.
 */
import type { Call, WholeView } from '../model/session.ts';
import { cancellationEdges } from './order/cancellations.ts';
import { channelEdges } from './order/channels.ts';
import { type DataFlow, dataFlow, type Source } from './order/data-flow.ts';
import { type CausalEdge, edge, endOf, requestOf } from './order/edge.ts';
import { goingOnEdges } from './order/goes-on.ts';
import { lifetimeEdges } from './order/lifetime.ts';
import { changeEdges, listingEdges } from './order/listings.ts';
import { mustPairs } from './order/must.ts';
import { type Asked, askedOf, clockOf } from './order/span.ts';
import { subscriptionEdges } from './order/subscriptions.ts';
import { traceEdges } from './order/traces.ts';
import { type Turns, threadOf, turnsOf } from './order/turns.ts';
import { callEdges } from './order/within-call.ts';
import type { Edge } from './schedules.ts';

export type { Source } from './order/data-flow.ts';
export type { CausalEdge } from './order/edge.ts';
export type { EdgeKind } from './order/edge-kinds.ts';
export { type Asked, isBefore, knew, overlaps, type Span } from './order/span.ts';
export { threadOf } from './order/turns.ts';

/** Whatever is about one call, as an operation is. */
export interface About {
  readonly call: Call;
}

export interface Order {
  /** The times of a call, for `isBefore`, `overlaps` and `knew`. */
  timesOf(call: Call): Asked;
  /** Equal for calls that one agent makes one after the other, as far as the traffic says. */
  threadOf(call: Call): string;
  /** The calls asked for in one turn with this one, itself among them. */
  together(call: Call): readonly Call[];
  /** Where the values in a request came from: the answers that gave them first. */
  sourcesOf(about: About): readonly Source[];
  /** Every edge, kind by kind. They may be millions, and none is kept. */
  edges(): Generator<CausalEdge>;
  /** Which of these can only run after which others, as pairs of their places in the list. */
  mustBefore(operations: readonly About[]): Edge[];
}

export function orderOf(views: readonly WholeView[]): Order {
  const clocks = new Map(
    views.map(({ session }) => [session.id, { session, ...clockOf(session) }]),
  );
  const timesOf = (call: Call): Asked => {
    const own = clocks.get(call.session);
    if (!own) throw new Error(`The order has no session ${call.session}.`);
    return askedOf(call, own.session, own);
  };
  let turns: Turns | undefined;
  const turned = (): Turns => {
    turns ??= turnsOf(
      views.map(({ session }) => session),
      timesOf,
    );
    return turns;
  };
  let flow: DataFlow | undefined;
  const sourcesOf = ({ call }: About): readonly Source[] => {
    flow ??= dataFlow(views);
    return flow.sourcesOf(call);
  };
  return {
    timesOf,
    threadOf,
    together: (call) => turned().together(call),
    sourcesOf,
    mustBefore: (operations) => mustPairs(operations, { views, sourcesOf, timesOf }),
    *edges() {
      for (const view of views) {
        for (const edgesOf of FAMILIES) yield* edgesOf(view);
        for (const call of view.session.calls) yield* flowEdges(call, sourcesOf({ call }));
      }
      yield* traceEdges(views, timesOf);
      yield* turned().edges();
    },
  };
}

/** The kinds that are found in one session alone. */
const FAMILIES: readonly ((view: WholeView) => Iterable<CausalEdge>)[] = [
  channelEdges,
  callEdges,
  goingOnEdges,
  subscriptionEdges,
  listingEdges,
  changeEdges,
  cancellationEdges,
  lifetimeEdges,
];

/** E9 as edges: a value that may have come from elsewhere too leads here softly. */
function* flowEdges(call: Call, sources: readonly Source[]): Generator<CausalEdge> {
  for (const source of sources) {
    const before = { ...endOf(source.session, source, source.call), message: source.message };
    const after = { role: 'uses the value', pointer: source.pointer };
    yield edge(
      'E9',
      before,
      requestOf(call),
      { before: { role: 'gave the value' }, after },
      source.certain,
    );
  }
}
