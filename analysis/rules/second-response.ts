import { nameOf } from '../../model/session.ts';
import { anomaliesOf, place, proven, times } from './anomalies.ts';
import type { Rule } from './rule.ts';

export const secondResponse: Rule = {
  rule: 'second-response',
  code: 'P-ID-05',
  version: 1,
  severity: 'high',
  definition: 'A request that was answered is answered once more.',
  wrongWhen:
    'A request with the same id was lost by the recorder, or the second answer is the same event of an HTTP stream sent again after a reconnect.',
  confirm:
    'Compare both answers: the same content twice, or the answer to another request under its id.',
  source: 'JSON-RPC 2.0 §5 (one response for a request); MCP basic/index "Responses".',
  fixtures: ['test/analysis/protocol-rules.test.ts'],
  find({ views }) {
    return anomaliesOf(views, 'second-response').flatMap(({ view, from, anomalies }) => {
      const { session } = view;
      return proven(secondResponse, session, {
        severity: 'high',
        message: `The ${from} of ${nameOf(session)} answered a request that it had answered before, ${times(anomalies.length)}.`,
        evidence: anomalies.flatMap((anomaly) => [
          ...(anomaly.call ? [place(session, anomaly.call.request, 'request')] : []),
          ...(anomaly.call?.response
            ? [place(session, anomaly.call.response, 'first answer')]
            : []),
          place(session, anomaly, 'second answer'),
        ]),
        what: [from],
      });
    });
  },
};
