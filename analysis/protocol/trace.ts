/** P-TRC: the trace that messages say they are part of. */
import { textMember } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import { hasPlaceholder } from '../../model/placeholder.ts';
import type { Call } from '../../model/session.ts';
import { contextIn } from '../../model/trace-context.ts';
import { family, MODERN } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Watching } from './protocol-rule.ts';

export const TRACE: readonly ProtocolRule[] = family('trace', [
  {
    rule: 'broken-trace',
    code: 'P-TRC-01',
    severity: 'info',
    revisions: MODERN,
    page: 'basic/index',
    definition:
      'A traceparent in _meta is not one of W3C Trace Context, or a retry with a requestState is of another trace than the request it goes on with. Earlier revisions say nothing of traces.',
    wrongWhen: 'A later version of Trace Context writes it so.',
    confirm: 'Compare the traceparent with https://www.w3.org/TR/trace-context/ (section 3.2).',
    says: ({ who, about, times }) =>
      about === ''
        ? `${who} went on with a request under another trace, ${times}.`
        : `${who} sent a traceparent that is none: ${about}, ${times}.`,
    watch: watchTraces,
  },
]);

function watchTraces({ report }: Watching): Handlers {
  /** The request that was answered with a state, by the state. */
  const given = createMemory<string, Call>(10_000);
  const check = (happening: Happening): void => {
    const { value, from, ref } = happening;
    const text = textMember(value, 'params', '_meta', META.traceparent);
    if (text === undefined || !from || contextIn(text) || hasPlaceholder(text)) return;
    const pointer = '/params/_meta/traceparent';
    report({
      by: from,
      about: text.slice(0, 80),
      evidence: [{ at: ref, role: 'traceparent', pointer }],
    });
  };
  return {
    notification: check,
    request(happening) {
      check(happening);
      const { call, ref } = happening;
      const first = given.get(call?.ties.sentState ?? '');
      if (!call?.trace || !first?.trace || call.trace === first.trace) return;
      report({
        by: call.from,
        evidence: [
          { at: first.request, role: 'request' },
          { at: ref, role: 'retry in another trace' },
        ],
      });
    },
    response({ call }) {
      if (call?.ties.givenState) given.set(call.ties.givenState, call);
    },
  };
}
