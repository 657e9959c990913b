import { howEnded } from '../../model/exchanges.ts';
import type { Severity } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { type Call, nameOf, type Session } from '../../model/session.ts';
import { duration, shortened } from '../moment.ts';
import { place, proven, times } from './anomalies.ts';
import type { Rule } from './rule.ts';

export const failedRequest: Rule = {
  rule: 'failed-request',
  code: 'P-HTTP-07',
  version: 1,
  severity: 'high',
  definition:
    'The HTTP exchange of a request ended without its answer: nobody answered, the status refused it, the connection broke, or what came was no answer to it. A stream of 2025-11-25 and before that told ids of events counts only when nothing had gone on behind it until the session ended. Low where clients ask so to find out what a server wants: 401, a redirect, and a 4xx to initialize or server/discover.',
  wrongWhen:
    'The answer came on a stream that was not recorded. Requests followed by lost or unreadable entries are left out, and so is what a client gave up by closing.',
  confirm:
    'Look at the response in the session: its status and its body stand behind the request. Then ask whoever runs the server, or what stands before it, why.',
  source:
    'MCP basic/transports "Sending Messages to the Server" of 2025-03-26 and later: a request is answered by JSON or by a stream that has the response.',
  fixtures: ['test/analysis/failed-request.test.ts'],
  find({ views }) {
    return views.flatMap(({ session }) => {
      const failed = session.calls.filter(({ state }) => state === 'failed');
      const groups = groupBy(failed, (call) => whatOf(call).join('\n'));
      return [...groups.values()].flatMap((calls) => findingOf(session, calls));
    });
  },
};

function findingOf(session: Session, calls: readonly Call[]) {
  const [first] = calls;
  if (!first?.exchangeEnd) return [];
  const { method, subject, request, exchangeEnd } = first;
  const [, , , how] = whatOf(first);
  const what = shortened(subject === undefined ? method : `${method} ${subject}`);
  const after = duration(exchangeEnd.at - request.at);
  const count = calls.length === 1 ? '' : `, ${times(calls.length)}`;
  return proven(failedRequest, session, {
    severity: severityOf(first),
    message: `${what} of the client of ${nameOf(session)} failed${count}: ${how}, ${after} after it was asked.`,
    evidence: calls.flatMap((call) => [
      place(session, call.request, 'failed request'),
      ...(call.exchangeEnd ? [place(session, call.exchangeEnd, 'end of the exchange')] : []),
    ]),
    what: whatOf(first),
  });
}

/** Equal for calls that failed in the same way. */
function whatOf({ from, method, subject = '', exchangeEnd }: Call): readonly string[] {
  return [from, method, subject, exchangeEnd ? howEnded(exchangeEnd) : ''];
}

const PROBES = new Set(['initialize', 'server/discover']);

function severityOf({ method, exchangeEnd }: Call): Severity {
  const status = exchangeEnd?.status ?? 0;
  const isProbe = PROBES.has(method) && status >= 400 && status < 500;
  const isRedirect = status >= 300 && status < 400;
  return status === 401 || isRedirect || isProbe ? 'low' : 'high';
}
