/**
 * Threads and turns. A thread is what one agent does one after the other: the calls of one trace,
 * else those of one connection; what a server asks belongs to the call that made it ask. A turn is a
 * batch of a thread. Where a host marks its turns, those of all its connections are one thread.
 *
 * The span in a traceparent parts no threads: clients that trace give every call a span of its own.
 */
import { groupBy } from '../../model/group.ts';
import { LISTEN, LISTS } from '../../model/methods.ts';
import { order } from '../../model/order.ts';
import type { Call, Session } from '../../model/session.ts';
import { batchesOf } from './batches.ts';
import { answerOf, type CausalEdge, edge, requestOf } from './edge.ts';
import { isOpening } from './lifetime.ts';
import { type Asked, knew } from './span.ts';

export function threadOf({ trace, parent, session }: Call): string {
  if (parent) return threadOf(parent);
  return trace === undefined ? `session ${session}` : `trace ${trace}`;
}

export interface Turns {
  /** The calls asked for in one turn with this one, itself among them. */
  together(call: Call): readonly Call[];
  edges(): Generator<CausalEdge>;
}

/** One turn of a thread, and the one before it. */
interface Turn {
  readonly calls: readonly Call[];
  readonly before: Turn | undefined;
}

export function turnsOf(sessions: readonly Session[], timesOf: (call: Call) => Asked): Turns {
  const turns = new Map<Call, Turn>();
  const calls = sessions.flatMap((session) => session.calls).filter(isOfTurn);
  const hosts = new Map(sessions.map((session) => [session.id, hostOf(session)]));
  const threadIn = (call: Call): string =>
    call.turn === undefined
      ? threadOf(call)
      : `turns ${call.trace ?? ''} ${hosts.get(call.session) ?? call.session}`;
  const threads = groupBy(calls, (call) => `${timesOf(call).clock} ${threadIn(call)}`);
  const times = {
    asked: (call: Call) => timesOf(call).asked,
    told: (call: Call) => timesOf(call).told,
    turn: (call: Call) => call.turn,
  };
  for (const own of threads.values()) {
    own.sort((a, b) => times.asked(a) - times.asked(b) || bySession(a, b));
    let before: Turn | undefined;
    for (const batch of batchesOf(own, times)) {
      before = { calls: batch, before };
      for (const call of batch) turns.set(call, before);
    }
  }
  return {
    together: (call) => turns.get(call)?.calls ?? [call],
    *edges() {
      for (const [call, { before }] of turns) {
        if (before) yield* turnEdges(before.calls, call, timesOf);
      }
    },
  };
}

/** The process that the client runs in, where it is known. */
function hostOf({ head }: Session): string | undefined {
  return head?.host && `${head.host.pid} ${head.host.started}`;
}

function bySession(a: Call, b: Call): number {
  return order(a.session, b.session) || a.request.seq - b.request.seq;
}

/** What opens, checks or lists says nothing of what was set out to do. */
function isOfTurn(call: Call): boolean {
  const { from, method } = call;
  const isSetUp = isOpening(call) || method === 'ping' || method === LISTEN;
  return from === 'client' && !isSetUp && LISTS[method] === undefined;
}

/** More answers of one turn name no other turn; the latest are kept. */
const ANSWERS_KEPT = 64;

/** E12: every answer of one turn that was known by then leads to every request of the next. */
function* turnEdges(
  earlier: readonly Call[],
  call: Call,
  timesOf: (call: Call) => Asked,
): Generator<CausalEdge> {
  const now = timesOf(call);
  const known = earlier.filter((one) => knew(timesOf(one), now));
  for (const one of known.slice(-ANSWERS_KEPT)) {
    const answer = answerOf(one);
    if (answer) yield edge('E12', answer, requestOf(call), SHOWN);
  }
}

const SHOWN = { before: { role: 'answer of the turn before' }, after: { role: 'next turn' } };
