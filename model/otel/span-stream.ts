/**
 * The spans of a session, entry by entry: each as soon as what it stands for is over. A call is over
 * with the first that ends it: its answer, its cancellation, its exchange, the session. Nothing that
 * comes later changes a span that was given.
 */
import type { Entry } from '../entry.ts';
import { createEarlier } from '../logical-call.ts';
import type { Anomaly, Call, MessageRef, Seen, Session, SessionView } from '../session.ts';
import { createSessionMachine } from '../session-machine.ts';
import { itemOf } from '../view.ts';
import { ATTRIBUTE } from './conventions.ts';
import { apartIn, faultsBy } from './faults.ts';
import { linkTo, linkWords } from './link.ts';
import { createMakings, type Making, timeOf } from './making.ts';
import { apartSpan, notificationSpan, placeRequest, requestSpan } from './message-spans.ts';
import type { ToSpans } from './options.ts';
import type { Span } from './span.ts';

export interface SpanStream {
  /** What is known of the session, without the calls and notifications that are over. */
  readonly session: Session;
  /** The requests that have no span yet. */
  readonly open: ReadonlySet<Call>;
  /** Takes the next entry of the session, in order of seq; gives the spans that it completes. */
  take(entry: Entry): Span[];
  /** Nothing more comes: the spans of what is still open, and that of the session. */
  finish(): Span[];
}

/** So many calls that are over can still be spoken of. Sessions go on for days, and memory does not. */
export const OVER = 4096;

export function createSpanStream(id: string, options: ToSpans = {}): SpanStream {
  const machine = createSessionMachine(id, OVER);
  const { session } = machine;
  const values = createValues();
  const view: SessionView = { session, value: values.of };
  const { making, turnTo } = createMakings(view, options);
  const earlier = createEarlier(view, OVER);
  const open = new Set<Call>();

  const begin = (call: Call, faults: readonly string[]): void => {
    values.keep(call.request);
    placeRequest(making, call, { earlier: earlier.of(call), faults });
    open.add(call);
  };

  /** `faults`: of its answer. */
  const close = (call: Call, faults: readonly string[] = []): Span => {
    open.delete(call);
    earlier.over(call);
    const span = requestSpan(making, call, faults);
    values.forget(call.request);
    return span;
  };

  /** Of what was seen: the request that it ends, and the message itself where it is in no other span. */
  const spansOf = (seen: Seen, faults: readonly string[]): Span[] => {
    const { kind, method, call } = seen;
    if (kind === 'request' && call) begin(call, faults);
    const over = call && open.has(call) && call.state !== 'open' ? call : undefined;
    const spans = over ? [close(over, kind === 'response' ? faults : [])] : [];
    const apart = apartIn(seen, faults, over !== undefined);
    if (apart) spans.push(apartSpan(making, apart));
    if (kind === 'notification' && method !== undefined)
      spans.push(notificationSpan(making, { ...seen, method }, faults));
    return spans;
  };

  return {
    session,
    open,
    take(entry) {
      const seen = machine.apply(entry);
      turnTo(entry);
      values.turnTo(entry);
      const { anomalies } = session;
      const faultsOf = faultsBy(anomalies);
      const spans = seen.flatMap((one) => spansOf(one, faultsOf(one.ref)));
      if (seen.length === 0) spans.push(...anomalies.map((line) => lineSpan(making, line)));
      if (entry.type === 'exit' || entry.type === 'end') {
        for (const call of open) if (call.state !== 'open') spans.push(close(call));
      }
      forget(session, open);
      return spans;
    },
    finish: () => [...[...open].map((call) => close(call)), sessionSpan(making)],
  };
}

/** Of a line that is no message, and so was not seen as one. */
function lineSpan(making: Making, { seq, from, faults = [] }: Anomaly): Span {
  const { at } = making;
  const ref = { seq, at, sent: at, size: 0 };
  return apartSpan(making, { kind: 'malformed', ref, from, faults });
}

/** What is over is needed no more, and sessions live for days. */
function forget(session: Session, open: ReadonlySet<Call>): void {
  session.notifications.length = 0;
  session.anomalies.length = 0;
  session.unread.length = 0;
  session.bursts.length = 0;
  if (session.calls.length > 2 * open.size + 64) session.calls.splice(0, Infinity, ...open);
}

interface Values {
  of: SessionView['value'];
  turnTo(entry: Entry): void;
  /** Remembers the value of a message of the entry at hand. */
  keep(ref: MessageRef): void;
  forget(ref: MessageRef): void;
}

function createValues(): Values {
  const kept = new Map<object, unknown>();
  let now: Entry | undefined;
  const of: Values['of'] = (ref) => {
    if (kept.has(ref)) return kept.get(ref);
    return now?.type === 'message' && now.seq === ref.seq ? itemOf(now.value, ref.item) : undefined;
  };
  return {
    of,
    turnTo(entry) {
      now = entry;
    },
    keep: (ref) => void kept.set(ref, of(ref)),
    forget: (ref) => void kept.delete(ref),
  };
}

function sessionSpan(making: Making): Span {
  const { view, common, options } = making;
  const { outer, own } = making.traces;
  const { lastAt, phase } = view.session;
  const links = outer && options.parent === 'link' ? [linkTo(outer, 'caller')] : [];
  return {
    ...own,
    ...(outer && options.parent === 'remote'
      ? { parentSpanId: outer.spanId, isParentRemote: true }
      : {}),
    name: 'mcp session',
    kind: 'internal',
    start: timeOf(making, 0),
    end: timeOf(making, lastAt),
    attributes: { ...common, ...making.address, [ATTRIBUTE.state]: phase, ...linkWords(links) },
    links,
  };
}
