import { table } from '../../model/json.ts';
import type { Fault } from '../../model/message.ts';
import { nameOf } from '../../model/session.ts';
import { anomaliesOf, place, proven, times } from './anomalies.ts';
import type { Rule } from './rule.ts';

/** What each fault says of a message. `too-deep` is ours: such a message is not walked, and no fault. */
const WORDS: Readonly<Record<string, string>> = {
  'not-json': 'a line that is not one JSON text',
  'invalid-utf8': 'a line that is not UTF-8',
  'no-version': 'a message without "jsonrpc":"2.0"',
  'id-not-text-or-number': 'an id that is neither text nor number',
  'result-and-error': 'a response with both result and error',
  'error-without-code': 'an error without a whole-number code and a message',
  'no-message': 'a value that is no request, response or notification',
  'empty-batch': 'an empty batch',
} satisfies Partial<Record<Fault | 'not-json' | 'invalid-utf8', string>>;

/** The rule of the studies that a fault breaks, where it has one of its own. */
const CODES: Readonly<Record<string, string>> = table({
  'not-json': 'P-STD-01',
  'invalid-utf8': 'P-STD-01',
  'error-without-code': 'P-RPC-04',
});

function codeOf(faults: readonly string[]): string {
  const codes = new Set(faults.map((fault) => CODES[fault] ?? malformedMessage.code));
  const [only = malformedMessage.code, ...more] = codes;
  return more.length === 0 ? only : malformedMessage.code;
}

export const malformedMessage: Rule = {
  rule: 'malformed-message',
  code: 'P-RPC-01',
  also: ['P-RPC-04', 'P-STD-01'],
  version: 1,
  severity: 'high',
  definition:
    'A peer sent what is not a JSON-RPC 2.0 message: a line that is not one JSON text in UTF-8 (P-STD-01), or a value without version, with an id of another type, with both result and error, or with an incomplete error.',
  wrongWhen:
    'The process died in the middle of its last line, or a program between the peer and the tap wrote the line.',
  confirm: 'Run the command by hand and look at its raw output.',
  source: 'JSON-RPC 2.0 §3–5; MCP basic/index and basic/transports of all five revisions.',
  fixtures: ['test/analysis/protocol-rules.test.ts'],
  find({ views }) {
    return anomaliesOf(views, 'malformed').flatMap(({ view, from, anomalies }) => {
      const { session } = view;
      const faults = (anomalies[0].faults ?? []).filter((fault) => Object.hasOwn(WORDS, fault));
      if (faults.length === 0) return [];
      const what = faults.map((fault) => WORDS[fault] ?? fault).join(', and ');
      return proven(malformedMessage, session, {
        severity: 'high',
        message: `The ${from} of ${nameOf(session)} sent ${what}, ${times(anomalies.length)}.`,
        evidence: anomalies.map((anomaly) => place(session, anomaly, 'malformed message')),
        what: [from, ...faults],
      }).map((finding) => ({ ...finding, code: codeOf(faults) }));
    });
  },
};
