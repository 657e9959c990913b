/** Analysis beside the collector: whole sessions are read and judged here, while it goes on serving. */
import { analyse, blame } from '../analysis/index.ts';
import { decodeEntry } from '../model/line.ts';
import { spansOfMessages } from '../model/otel/finding-logs.ts';
import { runAtOf } from '../model/otel/runs.ts';
import { toSpans } from '../model/otel/to-spans.ts';
import { createView, type GrowingView } from '../model/view.ts';
import type { Given, MessagesInSpans, Order, Question } from './analysis-orders.ts';
import { answerOrders } from './thread.ts';

const views = new Map<string, GrowingView>();

answerOrders((order: Order) => {
  if (order.do === 'take') return take(order);
  if (order.do === 'drop') return views.delete(order.session);
  return given(order);
});

function take({ session, lines, anew }: Extract<Order, { do: 'take' }>): void {
  const known = anew ? undefined : views.get(session);
  const view = known ?? createView(session);
  views.set(session, view);
  for (const line of lines) {
    const decoded = decodeEntry(line);
    if (decoded.ok) view.add(decoded.entry);
  }
}

function given(question: Question): Given {
  const held = (session: string): GrowingView[] => {
    const view = views.get(session);
    return view ? [view] : [];
  };
  if (question.do === 'findings') {
    const { sessions, footprints } = question;
    return analyse(sessions.flatMap(held), { footprints });
  }
  if (question.do === 'spans') {
    const { session, messages, runs, parent = 'remote' } = question;
    const options = { parent, runAt: runAtOf(session, runs) };
    return held(session).map((view): MessagesInSpans => {
      const made = toSpans(view, options);
      return { resource: made.resource, spans: spansOfMessages(made, messages) };
    });
  }
  const { session, now } = question;
  return held(session).flatMap((view) => blame(view, now ?? view.session.lastAt));
}
