/**
 * E11: a call, and the calls that a server made on other connections because of it, where both name
 * one span of one trace. Calls of one host that name the same span are its siblings.
 */
import { type Entry, headerOf } from '../../model/entry.ts';
import { textMember } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import { order } from '../../model/order.ts';
import type { Call, WholeView } from '../../model/session.ts';
import { contextIn } from '../../model/trace-context.ts';
import { type CausalEdge, edge, requestOf } from './edge.ts';
import type { Asked } from './span.ts';

/** A call that went out with a span of a trace. */
interface Traced {
  readonly call: Call;
  readonly times: Asked;
  /** The process of the client, where it is known. */
  readonly host: string | undefined;
  /** The tap gave the call this span, and nobody else has it. */
  readonly isOurs: boolean;
}

/** So many calls that name one span are looked at as parents, the newest first. */
const PARENTS_TRIED = 16;

export function* traceEdges(
  views: readonly WholeView[],
  timesOf: (call: Call) => Asked,
): Generator<CausalEdge> {
  const bySpan = new Map<string, Traced[]>();
  for (const view of views) {
    for (const { call, span, isOurs } of spansIn(view)) {
      const traced = { call, times: timesOf(call), host: hostOf(view), isOurs };
      const known = bySpan.get(span);
      if (known) known.push(traced);
      else bySpan.set(span, [traced]);
    }
  }
  for (const own of bySpan.values()) yield* edgesAmong(own.sort(byTime));
}

function byTime(a: Traced, b: Traced): number {
  const { call, times } = a;
  return times.asked - b.times.asked || order(call.session, b.call.session);
}

function* edgesAmong(own: readonly Traced[]): Generator<CausalEdge> {
  for (const [at, child] of own.entries()) {
    const earlier = own.slice(Math.max(0, at - PARENTS_TRIED), at).reverse();
    const parent = earlier.find((one) => isOther(child, one) && isDuring(child, one));
    if (parent) yield edge('E11', requestOf(parent.call), requestOf(child.call), SHOWN);
  }
}

/** Whether the span is the other call's own: the tap made it so, or who asked is known to be another. */
function isOther({ call, host }: Traced, one: Traced): boolean {
  if (one.call.session === call.session) return false;
  return one.isOurs || (one.host !== undefined && host !== undefined && one.host !== host);
}

/** Asked after the other was passed on, and before it was answered. */
function isDuring({ times }: Traced, { times: around }: Traced): boolean {
  return times.clock === around.clock && around.start < times.asked && times.asked < around.end;
}

interface Carried {
  readonly call: Call;
  readonly span: string;
  readonly isOurs: boolean;
}

/** The calls of the client that were sent with a span: in their `_meta`, by the tap, or in the headers. */
function* spansIn({ moments, value }: WholeView): Generator<Carried> {
  const byExchange = new Map<number, string>();
  for (const { entry, seen } of moments) {
    noteHeader(byExchange, entry);
    if (entry.type !== 'message' || entry.from !== 'client') continue;
    const { propagated } = entry;
    const around = byExchange.get(entry.exchange ?? -1);
    for (const { kind, call, ref } of seen) {
      if (kind !== 'request' || !call) continue;
      const own = textMember(value(ref), 'params', '_meta', META.traceparent);
      const context = contextIn(propagated ?? own ?? around);
      const span = context && `${context.traceId} ${context.spanId}`;
      if (span !== undefined) yield { call, span, isOurs: propagated !== undefined };
    }
  }
}

function noteHeader(byExchange: Map<number, string>, entry: Entry): void {
  if (entry.type !== 'http' || entry.phase !== 'opened') return;
  const header = headerOf(entry, 'traceparent');
  if (header !== undefined) byExchange.set(entry.exchange, header);
}

function hostOf({ session: { head } }: WholeView): string | undefined {
  const { host, clock } = head ?? {};
  return host && `${clock?.boot} ${host.pid} ${host.started}`;
}

const POINTER = `/params/_meta/${META.traceparent}`;
const SHOWN = {
  before: { role: 'call', pointer: POINTER },
  after: { role: 'call because of it', pointer: POINTER },
};
