/** Results that need input, and the rounds that follow them (2026-07-28, SEP-2322). */
import { member, textMember } from '../../model/json.ts';
import { mayHoldPlaceholder } from '../../model/placeholder.ts';
import type { Call } from '../../model/session.ts';
import { followRounds, type Retry, ROUND_METHODS, type Round, shortened } from './asks.ts';
import { family, MODERN } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Shown, Watching } from './protocol-rule.ts';
import { followTools } from './tools-in-force.ts';

export const ROUNDS: readonly ProtocolRule[] = family('rounds', [
  {
    rule: 'round-id-reused',
    code: 'P-MRTR-01',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/mrtr',
    definition:
      'A request that goes on after a result that needs input has the id of the request before.',
    wrongWhen:
      'Another client asked the same and happened to use that id; where several may be there, nothing is said.',
    confirm: 'Compare the ids of both requests.',
    says: ({ who, about: what, times }) =>
      `${who} went on with ${what} under the id it had used before, ${times}; the two are independent requests.`,
    watch: watchRoundIdReused,
  },
  {
    rule: 'request-state-not-echoed',
    code: 'P-MRTR-01',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/mrtr',
    definition:
      'A request goes on after a result that needs input with another requestState than it was given, without the one it was given, or with one where it was given none.',
    wrongWhen: 'The client goes on with a result of the same request from an earlier session.',
    confirm: 'Compare both texts, character by character.',
    says: ({ who, about: what, times }) =>
      `${who} did not give back the requestState of ${what} as it was, ${times}.`,
    watch: watchRequestStateNotEchoed,
  },
  {
    rule: 'input-required-misplaced',
    code: 'P-MRTR-02',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/mrtr',
    definition:
      'A result says that it needs input, and has neither inputRequests nor a requestState; or it answers another method than tools/call, prompts/get and resources/read.',
    wrongWhen: 'An extension that both sides declared allows it for its own methods.',
    confirm: 'Look at the result: a client can do nothing with it.',
    says: ({ who, about: what, times }) =>
      `${who} answered ${what} with a result that needs input and cannot be gone on with, ${times}.`,
    watch: watchInputRequiredEmpty,
  },
  {
    rule: 'input-responses-differ',
    code: 'P-MRTR-03',
    severity: 'high',
    revisions: MODERN,
    page: 'basic/patterns/mrtr',
    definition:
      'The inputResponses of a request lack one that the result before asked for, or have one that no result asked for.',
    wrongWhen: 'The client answers a result of the same request from an earlier session.',
    confirm: 'Compare the names in inputRequests with those in inputResponses.',
    says: ({ who, about: what, times }) =>
      `${who} answered other inputRequests of ${what} than there were, ${times}.`,
    watch: watchInputResponsesDiffer,
  },
  {
    rule: 'request-state-of-another-call',
    code: 'P-MRTR-03',
    severity: 'critical',
    revisions: MODERN,
    page: 'basic/patterns/mrtr',
    definition:
      'A requestState that was given for one tool, prompt or resource is sent with another.',
    wrongWhen:
      'The server gave the same text for both; a state that says nothing protects nothing.',
    confirm: 'See whether the server took it: it must refuse a state that is not of this request.',
    says: ({ who, about: what, times }) =>
      `${who} sent ${what} with the requestState of another call, ${times}.`,
    watch: watchRequestStateOfAnother,
  },
  {
    rule: 'request-state-accepted-twice',
    code: 'P-MRTR-04',
    severity: 'medium',
    revisions: MODERN,
    page: 'basic/patterns/mrtr',
    definition:
      'A server answered two calls of a tool that came with the same requestState, both with a result, and the tool does not say that calling it twice does no more than calling it once.',
    wrongWhen:
      'The tool does no harm when its last step runs twice, and only does not say so (idempotentHint, readOnlyHint).',
    confirm: 'See whether the effect is there twice.',
    says: ({ who, about: what, times }) =>
      `${who} took one requestState of ${what} a second time, ${times}.`,
    watch: watchRequestStateTwice,
  },
  {
    rule: 'round-arguments-changed',
    code: 'P-MRTR-05',
    severity: 'medium',
    revisions: MODERN,
    page: 'basic/patterns/mrtr',
    definition:
      'A request goes on after a result that needs input, by its requestState, with other arguments than the request before.',
    wrongWhen:
      'The arguments are the same and only written in another way that JSON does not see as equal.',
    confirm: 'Compare the arguments of both requests: what was agreed to may not be what is done.',
    says: ({ who, about: what, times }) =>
      `${who} went on with ${what} with other arguments, ${times}.`,
    watch: watchRoundArgumentsChanged,
  },
]);

function shown({ at, call }: Round, { happening }: Retry, pointer: string): [Shown, ...Shown[]] {
  return [
    { at: call.request, role: 'first request' },
    { at, role: 'result that needs input' },
    { at: happening.ref, role: 'next request', pointer },
  ];
}

function about({ subject, method }: Call): string {
  return subject ?? method;
}

function watchRoundIdReused({ isOneClient, report }: Watching): Handlers {
  return followRounds((retry) => {
    const { round, call } = retry;
    if (!round || round.call.id !== call.id || !(retry.known || isOneClient())) return;
    report({ by: 'client', about: about(call), evidence: shown(round, retry, '/id') });
  });
}

function watchRequestStateNotEchoed({ report }: Watching): Handlers {
  return followRounds((retry) => {
    const { known, state, candidates, call } = retry;
    const [newest] = candidates;
    const texts = [state, ...candidates.map((one) => one.state)];
    if (known || !newest || texts.some((text) => mayHoldPlaceholder(text ?? ''))) return;
    if (state === undefined && candidates.some((one) => one.state === undefined)) return;
    const evidence = shown(newest, retry, '/params/requestState');
    report({ by: 'client', about: about(call), evidence });
  });
}

function watchInputRequiredEmpty({ report }: Watching): Handlers {
  return {
    response: ({ from, method, value, ref, call }) => {
      const result = member(value, 'result');
      if (from !== 'server' || !call || member(result, 'resultType') !== 'input_required') return;
      const isAllowed = (ROUND_METHODS as readonly string[]).includes(method ?? '');
      const has = (name: string): boolean => member(result, name) !== undefined;
      if (isAllowed && (has('inputRequests') || has('requestState'))) return;
      const evidence = [
        { at: call.request, role: 'request' },
        { at: ref, role: 'result', pointer: '/result/resultType' },
      ] as const;
      report({ by: 'server', about: method ?? '', evidence });
    },
  };
}

function watchInputResponsesDiffer({ report }: Watching): Handlers {
  return followRounds((retry) => {
    const { round, answers = {}, call } = retry;
    if (!round) return;
    const isMissing = [...round.requests.keys()].some((name) => !Object.hasOwn(answers, name));
    const isExtra = Object.keys(answers).some((name) => !round.names.has(name));
    if (!isMissing && !isExtra) return;
    const evidence = shown(round, retry, '/params/inputResponses');
    report({ by: 'client', about: about(call), evidence });
  });
}

function watchRequestStateOfAnother({ report }: Watching): Handlers {
  return followRounds((retry) => {
    const { known, call } = retry;
    if (!known || about(known.call) === about(call)) return;
    const evidence = shown(known, retry, '/params/requestState');
    report({ by: 'client', about: about(call), evidence });
  });
}

function watchRequestStateTwice({ report }: Watching): Handlers {
  const tools = followTools();
  const sent = createMemory<Call, string>();
  const taken = createMemory<string, Call>(10_000);
  const isHarmless = (name: string | undefined): boolean => {
    const hints = tools.tool(name)?.definition['annotations'];
    return member(hints, 'readOnlyHint') === true || member(hints, 'idempotentHint') === true;
  };
  return {
    ...tools.handlers,
    'request tools/call': ({ call, value }) => {
      const state = textMember(value, 'params', 'requestState');
      if (call && state !== undefined) sent.set(call, shortened(state));
    },
    'response tools/call': ({ call, value, ref }) => {
      const state = call && sent.get(call);
      if (!call || state === undefined) return;
      sent.delete(call);
      if (call.outcome !== 'result' || !isComplete(value)) return;
      const first = taken.get(state);
      if (!first) taken.set(state, call);
      else if (!isHarmless(call.subject)) {
        report({
          by: 'server',
          about: about(call),
          evidence: [
            { at: first.request, role: 'first request', pointer: '/params/requestState' },
            { at: call.request, role: 'second request', pointer: '/params/requestState' },
            { at: ref, role: 'second result' },
          ],
        });
      }
    },
  };
}

function isComplete(value: Happening['value']): boolean {
  const type = member(value, 'result', 'resultType');
  return type === undefined || type === 'complete';
}

function watchRoundArgumentsChanged({ report }: Watching): Handlers {
  return followRounds((retry) => {
    const { known, call, same } = retry;
    if (!known || known.same === same || about(known.call) !== about(call)) return;
    report({ by: 'client', about: about(call), evidence: shown(known, retry, '/params') });
  });
}
