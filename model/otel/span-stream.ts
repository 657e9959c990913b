/**
 * The spans of a session, entry by entry: each as soon as what it stands for is over. A call is over
 * with the first that ends it: its answer, its cancellation, its exchange, the session. Nothing that
 * comes later changes a span that was given.
 */
import type { Entry } from '../entry.ts';
import { createEarlier } from '../logical-call.ts';
import type { Call, MessageRef, Seen, Session, SessionView } from '../session.ts';
import { createSessionMachine } from '../session-machine.ts';
import { itemOf } from '../view.ts';
import { ATTRIBUTE } from './conventions.ts';
import { linkTo, linkWords } from './link.ts';
import { createMakings, type Making, timeOf } from './making.ts';
import {
  brokenSpan,
  lateSpan,
  notificationSpan,
  placeRequest,
  requestSpan,
} from './message-spans.ts';
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

  const close = (call: Call): Span => {
    open.delete(call);
    earlier.over(call);
    const span = requestSpan(making, call);
    values.forget(call.request);
    return span;
  };

  const spansOf = ({ kind, ref, call }: Seen): Span[] => {
    if (call && kind === 'request') {
      values.keep(call.request);
      placeRequest(making, call, earlier.of(call));
      open.add(call);
    }
    if (call && open.has(call)) return call.state === 'open' ? [] : [close(call)];
    return call && kind === 'response' && call.response === ref
      ? [lateSpan(making, call, ref)]
      : [];
  };

  return {
    session,
    open,
    take(entry) {
      const seen = machine.apply(entry);
      turnTo(entry);
      values.turnTo(entry);
      const spans = seen.flatMap(spansOf);
      if (entry.type === 'exit' || entry.type === 'end') {
        for (const call of open) if (call.state !== 'open') spans.push(close(call));
      }
      for (const one of session.notifications) spans.push(notificationSpan(making, one));
      for (const anomaly of session.anomalies) spans.push(...brokenSpan(making, anomaly));
      forget(session, open);
      return spans;
    },
    finish: () => [...[...open].map(close), sessionSpan(making)],
  };
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
    ...(outer && options.parent === 'remote' ? { parentSpanId: outer.spanId } : {}),
    name: 'mcp session',
    kind: 'internal',
    start: timeOf(making, 0),
    end: timeOf(making, lastAt),
    attributes: { ...common, ...making.address, [ATTRIBUTE.state]: phase, ...linkWords(links) },
    links,
  };
}
