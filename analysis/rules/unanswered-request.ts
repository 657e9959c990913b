import { groupBy } from '../../model/group.ts';
import { type Call, nameOf, type Session } from '../../model/session.ts';
import { duration, shortened } from '../moment.ts';
import { place, proven } from './anomalies.ts';
import type { Rule } from './rule.ts';

/** An answer to these comes only when the subscription ends, so that none before the close is no fault. */
const LONG_LIVED = new Set(['subscriptions/listen']);

/** A request asked so shortly before the end had hardly a chance, in µs. */
const SHORTLY = 1_000_000;

export const unansweredRequest: Rule = {
  rule: 'unanswered-request',
  code: 'P-ID-06',
  version: 2,
  severity: 'medium',
  definition:
    'The session ended, and a request of it was neither answered nor cancelled. Low when it was asked within the last second.',
  wrongWhen:
    'The answer came after the recording ended. Requests followed by lost or unreadable entries are left out, and so are sessions whose tap was gone first. A request whose HTTP exchange ended is judged by failed-request.',
  confirm: 'Send the same request to the same server again and wait longer than this session did.',
  source: 'JSON-RPC 2.0 §4 (a request must be answered); MCP basic/index "Responses".',
  fixtures: ['test/analysis/protocol-rules.test.ts'],
  find({ views }) {
    return views.flatMap(({ session }) => {
      if (session.phase !== 'ended' || session.cutOff) return [];
      const lost = session.calls.filter((call) => isUnanswered(call, session));
      const groups = groupBy(
        lost,
        ({ from, method, subject }) => `${from} ${method} ${subject ?? ''}`,
      );
      return [...groups.values()].flatMap((calls) => findingOf(session, calls));
    });
  },
};

function findingOf(session: Session, calls: readonly Call[]) {
  const [first] = calls;
  if (!first) return [];
  const { from, method, subject, request } = first;
  const what = shortened(subject === undefined ? method : `${method} ${subject}`);
  const waited = session.lastAt - request.at;
  const count =
    calls.length === 1 ? 'was never answered' : `was never answered, ${calls.length} times`;
  return proven(unansweredRequest, session, {
    severity: waited < SHORTLY ? 'low' : 'medium',
    message: `${what} of the ${from} of ${nameOf(session)} ${count}: the session ended ${duration(waited)} after it was asked.`,
    evidence: calls.map((call) => place(session, call.request, 'unanswered request')),
    what: [from, method, subject ?? ''],
  });
}

function isUnanswered(call: Call, session: Session): boolean {
  const { state, method, from, request, exchangeEnd } = call;
  if (state !== 'abandoned' || exchangeEnd || LONG_LIVED.has(method)) return false;
  const hole = session.gaps.at(-1)?.seq ?? -1;
  const unread = session.unread.findLast((line) => line.from !== from)?.seq ?? -1;
  return Math.max(hole, unread) < request.seq;
}
