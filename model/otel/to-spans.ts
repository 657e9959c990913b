/**
 * A session as spans: one for the session, one for each request with its response, one for each
 * notification, and one for each message that broke the protocol. Pure, and the same each time:
 * whoever exports them twice has changed nothing.
 */
import type { WholeView } from '../session.ts';
import { resourceOf } from './attributes.ts';
import type { ToSpans } from './options.ts';
import type { SessionSpans, Span } from './span.ts';
import { createSpanStream } from './span-stream.ts';

/** The span of the session first, then each as it was complete. */
export function toSpans(view: WholeView, options: ToSpans = {}): SessionSpans {
  const stream = createSpanStream(view.session.id, options);
  const spans: Span[] = [];
  for (const { entry } of view.moments) spans.push(...stream.take(entry));
  const rest = stream.finish();
  return {
    resource: resourceOf(view.session),
    spans: [...rest.slice(-1), ...spans, ...rest.slice(0, -1)],
  };
}
