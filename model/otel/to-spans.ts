/**
 * A session as spans: one for the session, one for each request with its response, one for each
 * notification, and one for each message that broke the protocol. Pure, and the same each time:
 * whoever exports them twice has changed nothing.
 */
import type { WholeView } from '../session.ts';
import { contextIn } from '../trace-context.ts';
import { resourceOf } from './attributes.ts';
import { ATTRIBUTE } from './conventions.ts';
import { linkTo, linkWords } from './link.ts';
import { type Making, makingOf, timeOf } from './making.ts';
import { brokenSpan, notificationSpan, requestSpan } from './message-spans.ts';
import type { ToSpans } from './options.ts';
import type { SessionSpans, Span } from './span.ts';

export function toSpans(view: WholeView, options: ToSpans = {}): SessionSpans {
  const { session } = view;
  const making = makingOf(view, options);
  // Requests first: what else there is may be part of them.
  const requests = session.calls.map((call) => requestSpan(making, call));
  const told = session.notifications.map((seen) => notificationSpan(making, seen));
  const broken = session.anomalies.flatMap((anomaly) => brokenSpan(making, anomaly));
  return {
    resource: resourceOf(session),
    spans: [sessionSpan(making), ...requests, ...told, ...broken],
  };
}

function sessionSpan(making: Making): Span {
  const { view, common, own, options } = making;
  const { head, lastAt, phase } = view.session;
  const outer = contextIn(head?.traceparent);
  const links = outer && options.parent === 'link' ? [linkTo(outer, 'caller')] : [];
  return {
    ...own,
    ...(outer && options.parent === 'remote' ? { parentSpanId: outer.spanId } : {}),
    name: 'mcp session',
    kind: 'internal',
    start: timeOf(making, 0),
    end: timeOf(making, lastAt),
    attributes: { ...common, [ATTRIBUTE.state]: phase, ...linkWords(links) },
    links,
  };
}
