/** Analysis beside the collector: whole sessions are read and judged here, while it goes on serving. */
import { parentPort } from 'node:worker_threads';
import { analyse, blame } from '../analysis/index.ts';
import { decodeEntry } from '../model/line.ts';
import { spansOfMessages } from '../model/otel/finding-logs.ts';
import { runAtOf } from '../model/otel/runs.ts';
import { toSpans } from '../model/otel/to-spans.ts';
import { createView, type GrowingView } from '../model/view.ts';
import type { Asked, MessagesInSpans, Question, Said } from './analysis-orders.ts';

const views = new Map<string, GrowingView>();

parentPort?.on('message', (asked: Asked) => {
  if (asked.do === 'take') take(asked);
  else if (asked.do === 'drop') views.delete(asked.session);
  else parentPort?.postMessage(answer(asked));
});

function take({ session, lines, anew }: Extract<Asked, { do: 'take' }>): void {
  const known = anew ? undefined : views.get(session);
  const view = known ?? createView(session);
  views.set(session, view);
  for (const line of lines) {
    const decoded = decodeEntry(line);
    if (decoded.ok) view.add(decoded.entry);
  }
}

function answer(asked: Question & { readonly ask?: number }): Said {
  const { ask = 0 } = asked;
  try {
    return { ask, given: given(asked) };
  } catch (error) {
    return { ask, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function given(question: Question): NonNullable<Said['given']> {
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
