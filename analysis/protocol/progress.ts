/** P-PRG: how far a request is. */
import { member, textMember } from '../../model/json.ts';
import { type Id, idKey, isId } from '../../model/message.ts';
import { META } from '../../model/methods.ts';
import type { Call, MessageRef } from '../../model/session.ts';
import { isEarlier, isWaiting } from './calls.ts';
import { EVERY, family } from './family.ts';
import { createMemory, type Memory } from './memory.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Watching,
} from './protocol-rule.ts';

export const PROGRESS: readonly ProtocolRule[] = family('progress', [
  {
    rule: 'progress-for-nobody',
    code: 'P-PRG-01',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/patterns/progress',
    definition: 'Progress names a token that no request of the other side has given.',
    wrongWhen:
      'The request was sent before the recording began. Silent where anything before it was lost.',
    confirm: 'Search the session for a request with this token in its _meta.',
    says: ({ who, times }) => `${who} told the progress of what nobody had asked, ${times}.`,
    watch: ({ report }) => ({
      'notification notifications/progress'({ from, call, ref }) {
        if (!from || call) return;
        const evidence = { at: ref, role: 'progress', pointer: '/params/progressToken' };
        report({ by: from, since: FROM_THE_START, evidence: [evidence] });
      },
    }),
  },
  {
    rule: 'progress-not-increasing',
    code: 'P-PRG-02',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/patterns/progress',
    definition: 'The progress of a request is not greater than what was told of it before.',
    wrongWhen:
      'The same notification was sent again on a resumed stream; what says so is left out.',
    confirm: 'Compare the values of the two notifications.',
    says: ({ who, about, times }) =>
      `${who} told progress of ${about} that does not increase, ${times}.`,
    watch: watchOrder,
  },
  {
    rule: 'progress-after-answer',
    code: 'P-PRG-03',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/patterns/progress',
    definition:
      'Progress came for a request after its answer, on the same pipe or exchange; for a task, after the task was over.',
    wrongWhen: 'The answer began a task that is not known as one.',
    confirm: 'Compare the places of the answer and of the notification.',
    says: ({ who, about, times }) => `${who} told progress of ${about} after its answer, ${times}.`,
    watch: watchEnd,
  },
  {
    rule: 'token-reused-in-flight',
    code: 'P-PRG-04',
    severity: 'high',
    revisions: EVERY,
    page: 'basic/patterns/progress',
    definition:
      'A request gives the progress token of another request of the same side that is still open.',
    wrongWhen:
      'The answer to the first request was lost without a trace. Over HTTP without session ids nobody knows whether two requests are of one client, and nothing is said.',
    confirm: 'Compare the tokens of the two requests.',
    says: ({ who, times }) =>
      `${who} gave the progress token of a request that was still open, ${times}.`,
    watch: watchTokens,
  },
  {
    rule: 'progress-flood',
    code: 'P-PRG-05',
    severity: 'info',
    revisions: EVERY,
    page: 'basic/patterns/progress',
    definition:
      'Progress is beyond the total told with it, or came more than 50 times a second for one request.',
    wrongWhen: 'The client wants to be told that often.',
    confirm: 'Look at the notifications of the request.',
    says: ({ who, about, times }) =>
      `${who} told progress of ${about} beyond its total, or over 50 times a second, ${times}.`,
    watch: watchFlood,
  },
]);

/**
 * The call that progress is of. On an exchange of its own the token is surely that of its request;
 * elsewhere only where all tokens are of one client.
 */
function callOf(happening: Happening, isOneClient: () => boolean): Call | undefined {
  const { call } = happening;
  return call && (isSameStream(happening, call) || isOneClient()) ? call : undefined;
}

function isSameStream({ entry }: Happening, { exchange }: Call): boolean {
  if (entry.type !== 'message') return false;
  return (
    entry.exchange === exchange || (exchange !== undefined && entry.resumes?.exchange === exchange)
  );
}

function numberIn({ value }: Happening, key: 'progress' | 'total'): number | undefined {
  const found = member(value, 'params', key);
  return typeof found === 'number' ? found : undefined;
}

interface Told {
  readonly ref: MessageRef;
  readonly progress: number;
  readonly exchange: number | undefined;
}

function watchOrder({ report, isOneClient }: Watching): Handlers {
  const last = createMemory<Call, Told>();
  return {
    'notification notifications/progress'(happening) {
      const { ref, from } = happening;
      const call = callOf(happening, isOneClient);
      const progress = numberIn(happening, 'progress');
      if (!call || progress === undefined || !from) return;
      const now: Told = { ref, progress, exchange: happening.exchange?.number };
      const before = last.get(call);
      last.set(call, now);
      // The same notification on another stream is told by other rules.
      if (!before || progress > before.progress || before.exchange !== now.exchange) return;
      report({
        by: from,
        about: call.method,
        evidence: [
          { at: before.ref, role: 'progress', pointer: '/params/progress' },
          { at: ref, role: 'progress that is not greater', pointer: '/params/progress' },
        ],
      });
    },
  };
}

const OVER = new Set(['completed', 'failed', 'cancelled']);

function watchEnd({ report, isOneClient }: Watching): Handlers {
  /** Where a task was told to be over, by its id. */
  const over = createMemory<string, MessageRef>();
  const noteTask = (happening: Happening, task: unknown): void => {
    const id = textMember(task, 'taskId');
    if (id !== undefined && OVER.has(textMember(task, 'status') ?? '')) over.set(id, happening.ref);
  };
  const status = (happening: Happening): void =>
    noteTask(happening, member(happening.value, 'params'));
  return {
    'response tasks/get': (happening) => noteTask(happening, member(happening.value, 'result')),
    'notification notifications/tasks/status': status,
    'notification notifications/tasks': status,
    'notification notifications/progress'(happening) {
      const call = callOf(happening, isOneClient);
      if (!call?.response || call.cancelled || !happening.from) return;
      const { givenTask, resultType } = call.ties;
      if (givenTask === undefined && resultType === 'task') return;
      const end = givenTask === undefined ? call.response : over.get(givenTask);
      if (!end || !isEarlier(end, happening.ref) || !isSameStream(happening, call)) return;
      report({
        by: happening.from,
        about: call.method,
        evidence: [
          { at: end, role: 'end' },
          { at: happening.ref, role: 'progress after it' },
        ],
      });
    },
  };
}

function watchTokens({ report, isOneClient }: Watching): Handlers {
  const tokens: Record<'client' | 'server', Memory<string, Call>> = {
    client: createMemory(),
    server: createMemory(),
  };
  const tokenOf = (value: unknown): Id | undefined => {
    const token = member(value, 'params', '_meta', META.progressToken);
    return isId(token) ? token : undefined;
  };
  return {
    request({ call, value, ref }) {
      const token = tokenOf(value);
      if (!call || token === undefined) return;
      const first = tokens[call.from].get(idKey(token));
      tokens[call.from].set(idKey(token), call);
      if (!first || !isOneClient() || !isWaiting(first, ref)) return;
      report({
        by: call.from,
        evidence: [
          { at: first.request, role: 'open request', pointer: '/params/_meta/progressToken' },
          { at: ref, role: 'request with its token', pointer: '/params/_meta/progressToken' },
        ],
      });
    },
  };
}

const SECOND = 1_000_000;
const FLOOD = 50;

function watchFlood({ report, isOneClient }: Watching): Handlers {
  const rates = createMemory<Call, { since: number; count: number }>();
  const isFlood = (call: Call, at: number): boolean => {
    const rate = rates.get(call);
    if (!rate || rate.since + SECOND <= at) rates.set(call, { since: at, count: 1 });
    return rate !== undefined && rate.since + SECOND > at && ++rate.count === FLOOD + 1;
  };
  return {
    'notification notifications/progress'(happening) {
      const { from, ref } = happening;
      const call = callOf(happening, isOneClient);
      if (!call || !from) return;
      const total = numberIn(happening, 'total');
      const isBeyond = total !== undefined && (numberIn(happening, 'progress') ?? 0) > total;
      if (!isFlood(call, ref.at) && !isBeyond) return;
      report({ by: from, about: call.method, evidence: [{ at: ref, role: 'progress' }] });
    },
  };
}
