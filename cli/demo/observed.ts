/**
 * What a scenario came to, read from its recorded sessions and from nothing else: how many writes
 * were acknowledged, and how many of those the final read shows.
 */
import { member } from '../../model/json.ts';
import { startOf } from '../../model/order.ts';
import type { Call, SessionView } from '../../model/session.ts';
import type { Scenario } from './scenarios.ts';

export interface Observed {
  readonly acknowledged: number;
  /** Undefined when there was no final read. */
  readonly kept: number | undefined;
}

export function observed({ write, read }: Scenario, views: readonly SessionView[]): Observed {
  const calls = views.flatMap((view) => view.session.calls.map((call) => ({ call, view })));
  const ended = calls.filter(({ call }) => call.state === 'answered' && call.outcome === 'result');
  const writes = ended.filter(({ call }) => call.subject === write);
  const marks = writes.map(({ call, view }) => markOf(argumentsOf(call, view)));
  const reads = ended.filter(({ call }) => call.subject === read);
  const last = reads.sort((a, b) => whenAsked(a.call, a.view) - whenAsked(b.call, b.view)).at(-1);
  if (!last?.call.response) return { acknowledged: writes.length, kept: undefined };
  const shown = JSON.stringify(member(last.view.value(last.call.response), 'result'));
  const kept = marks.filter((mark) => mark !== undefined && shown.includes(mark)).length;
  return { acknowledged: writes.length, kept };
}

function argumentsOf(call: Call, view: SessionView): unknown {
  return member(view.value(call.request), 'params', 'arguments');
}

/** The text that this write alone would leave behind. */
function markOf(given: unknown): string | undefined {
  const [first] = [member(given, 'entities'), member(given, 'edits')].filter(Array.isArray).flat();
  const mark = member(first, 'name') ?? member(first, 'newText');
  return typeof mark === 'string' ? mark : undefined;
}

/** On the clock of the machine, in µs. */
function whenAsked(call: Call, { session }: SessionView): number {
  return (session.head ? startOf(session.head.clock) : 0) + call.request.at;
}
