import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { type Call, nameOf, type Session } from '../../model/session.ts';
import { changesSomething } from '../attempts/harm.ts';
import { givenUpAt, outcomeOf } from '../attempts/outcome.ts';
import type { Operation } from '../footprint/operation.ts';
import { duration, quoted } from '../moment.ts';
import { sightingsOf } from '../sightings.ts';
import { place, times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const cancelledButExecuted: Rule = {
  rule: 'cancelled-but-executed',
  code: 'C13',
  version: 1,
  severity: 'high',
  definition:
    'A call that changes something was cancelled, or its client closed the stream of its answer, and it ran all the same: its success came so long after that the server must have had the cancellation, or a later read shows what only this call was given.',
  wrongWhen:
    'The call was done before the cancellation could stop it: servers may ignore one that comes too late. Or the cancellation waited, unread, for a server that was busy. An answer that may have crossed the cancellation on its way is left out.',
  confirm:
    'Cancel the same call once more, early, and look whether what it does is there. Then let the server pass its signal of cancellation on to whatever does the work.',
  source:
    'MCP basic/utilities/cancellation of all revisions (receivers should stop, free what they hold and not answer), basic/patterns/cancellation of 2026-07-28; mcp-go #755, go-sdk #1235.',
  fixtures: [
    'test/analysis/conflicts/cancelled.test.ts',
    'test/analysis/conflicts/real-servers.test.ts',
  ],
  find({ operations }) {
    const given = operations().filter((one) => givenUpAt(one.call) !== undefined);
    const cancelled = given.filter(changesSomething);
    if (cancelled.length === 0) return [];
    const late = cancelled.flatMap((operation) => lateSuccess(operation));
    const silent = cancelled.filter(({ call }) => !call.response);
    const byContainer = groupBy(operations(), ({ container }) => container.id);
    const seen = [...groupBy(silent, ({ container }) => container.id)].flatMap(([id, own]) =>
      seenLater(own, byContainer.get(id) ?? []),
    );
    const groups = groupBy([...late, ...seen], ({ operation: { view, tool }, shown }) =>
      JSON.stringify([nameOf(view.session), tool, shown === undefined]),
    );
    return [...groups.values()].flatMap(findingOf);
  },
};

interface Executed {
  readonly operation: Operation;
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
  /** What a later read shows of it. */
  readonly shown?: string;
}

/** A success that the server sent after it must have had the cancellation. */
function lateSuccess(operation: Operation): Executed[] {
  const { call, view } = operation;
  const since = givenUpAt(call);
  if (call.state !== 'late' || !call.response || since === undefined) return [];
  if (call.response.at <= since + graceOf(view.session) || outcomeOf(operation) !== 'done')
    return [];
  const evidence = [
    ...begun(operation),
    ...answered(view.session, call, 'success all the same', '/result'),
  ];
  return [{ operation, confidence: 0.85, evidence }];
}

/** Twice the fastest answer of the session, for what may cross on its way. */
function graceOf(session: Session): number {
  const known = GRACE.get(session);
  if (known !== undefined) return known;
  let fastest = SLOWEST;
  for (const { request, response } of session.calls) {
    if (response) fastest = Math.min(fastest, response.at - request.at);
  }
  const grace = Math.max(2 * fastest, LEAST_GRACE);
  GRACE.set(session, grace);
  return grace;
}

const GRACE = new WeakMap<Session, number>();
/** In µs. */
const SLOWEST = 500_000;
const LEAST_GRACE = 50_000;

function seenLater(own: readonly Operation[], all: readonly Operation[]): Executed[] {
  return sightingsOf(own, all).flatMap(({ operation, trace, shown, before }) => {
    const { call, view, start, kind } = operation;
    const since = start - call.request.sent + (givenUpAt(call) ?? Number.POSITIVE_INFINITY);
    const isNew = kind === 'C' || kind === 'A' || kind === 'X';
    if (shown.start <= since || (!before && !isNew)) return [];
    const evidence = [
      ...begun(operation, `/params/arguments${trace.pointer}`),
      ...(before
        ? answered(before.view.session, before.call, 'read before that lacks it', '/result')
        : []),
      ...answered(shown.view.session, shown.call, 'later read that shows it', '/result'),
    ];
    return [{ operation, confidence: before ? 0.9 : 0.6, evidence, shown: trace.value, view }];
  });
}

/** The request, and what gave it up. */
function begun({ call, view: { session } }: Operation, pointer?: string): Evidence[] {
  return [
    asked(session, call, 'cancelled call', pointer),
    place(session, gaveUp(call), 'cancellation'),
  ];
}

function gaveUp({ cancelled, exchangeEnd, request }: Call): { seq: number; item?: number } {
  return cancelled ?? exchangeEnd ?? request;
}

function findingOf(executed: readonly Executed[]): Finding[] {
  const [first] = executed;
  if (!first) return [];
  const { operation, confidence, shown } = first;
  const { view, tool, container, call } = operation;
  const many = executed.length === 1 ? '' : `, ${times(executed.length)}`;
  const late = (call.response?.at ?? 0) - (givenUpAt(call) ?? 0);
  const how =
    shown === undefined
      ? `its success came ${duration(late)} after it was cancelled`
      : `a later read shows ${quoted(shown)}, which only this call was given`;
  return found(cancelledButExecuted, {
    tier: 'OBSERVED',
    severity: shown === undefined ? 'medium' : 'high',
    confidence: confidence * Math.min(1, operation.confidence + 0.15),
    message: `${tool} of ${nameOf(view.session)} was cancelled and ran all the same${many}: ${how}.`,
    evidence: executed.flatMap(({ evidence }) => evidence),
    what: [container.server, tool],
  });
}
