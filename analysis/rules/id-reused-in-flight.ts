import { idKey } from '../../model/message.ts';
import type { Call, Session } from '../../model/session.ts';
import { nameOf } from '../../model/session.ts';
import { anomaliesOf, place, proven, times } from './anomalies.ts';
import type { Rule } from './rule.ts';

export const idReusedInFlight: Rule = {
  rule: 'id-reused-in-flight',
  code: 'P-ID-02',
  version: 1,
  severity: 'critical',
  definition:
    'A request has the id of another request of the same side that was sent on the same pipe or exchange and is not yet answered.',
  wrongWhen:
    'The answer to the first request was lost without a trace; where entries are known to be lost between the two requests, nothing is said.',
  confirm: 'Compare the two requests: same id with the same type, and no answer between them.',
  source:
    'MCP basic/index "Requests" of all five revisions: the id must not have been used before in the session.',
  fixtures: ['test/analysis/protocol-rules.test.ts'],
  find({ views }) {
    return anomaliesOf(views, 'id-reused-in-flight').flatMap(({ view, from, anomalies }) => {
      const { session } = view;
      const before = earlierCalls(session);
      const shown = anomalies.flatMap((anomaly) => {
        const first = anomaly.call && before.get(anomaly.call);
        return first && !isHoleBetween(session, first, anomaly.seq) ? [{ anomaly, first }] : [];
      });
      return proven(idReusedInFlight, session, {
        severity: 'critical',
        message: `The ${from} of ${nameOf(session)} used the id of a request that was still unanswered, ${times(shown.length)}; answers to such requests can cross.`,
        evidence: shown.flatMap(({ anomaly, first }) => [
          place(session, first.request, 'request that was unanswered'),
          place(session, anomaly, 'request with the same id'),
        ]),
        what: [from],
      });
    });
  },
};

/** For each call the one before it with the same id on the same channel. */
function earlierCalls(session: Session): Map<Call, Call> {
  const last = new Map<string, Call>();
  const earlier = new Map<Call, Call>();
  for (const call of session.calls) {
    const key = `${call.from} ${call.exchange ?? 'pipe'} ${idKey(call.id)}`;
    const before = last.get(key);
    if (before) earlier.set(call, before);
    last.set(key, call);
  }
  return earlier;
}

/** Whether the answer to the first may be among what the recording does not hold. */
function isHoleBetween({ gaps, unread }: Session, first: Call, seq: number): boolean {
  const isBetween = (one: { readonly seq: number }): boolean =>
    first.request.seq < one.seq && one.seq < seq;
  return gaps.some(isBetween) || unread.some((line) => line.from !== first.from && isBetween(line));
}
