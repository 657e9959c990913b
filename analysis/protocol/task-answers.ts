/** What comes back for tasks: whether they are there, one each, agreed on, and the same twice. */
import { fingerprint } from '../../model/canonical.ts';
import { isObject, member, textMember } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import type { Call } from '../../model/session.ts';
import { family, MODERN, stated } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Shown, Watching } from './protocol-rule.ts';
import { onTasks, STATUSES } from './tasks-shown.ts';

export const TASK_ANSWERS: readonly ProtocolRule[] = family('task-answers', [
  {
    rule: 'task-result-differs',
    code: 'P-TSK-03',
    severity: 'high',
    revisions: stated('2025-11-25', '2025-11-25'),
    page: 'basic/utilities/tasks',
    definition:
      'Two answers to tasks/result for one task differ, apart from _meta; both must be what the call itself would have given.',
    wrongWhen: 'Redaction wrote one secret in two ways.',
    confirm: 'Compare the two results.',
    says: ({ who, times }) => `${who} gave another result for a task than before, ${times}.`,
    watch: watchTaskResultDiffers,
  },
  {
    rule: 'task-not-found',
    code: 'P-TSK-02',
    severity: 'high',
    revisions: stated('2025-11-25'),
    page: 'ext-tasks/tasks',
    definition:
      'A task was given out and is unknown (-32602) to the first tasks/get for it, asked well within the time that it is kept.',
    wrongWhen: 'The task was cancelled in between, or the process that held it was started again.',
    confirm: 'Compare the times: a task must be there before its id is given out.',
    says: ({ who, times }) => `${who} did not know a task that it had just given out, ${times}.`,
    watch: watchTaskNotFound,
  },
  {
    rule: 'duplicate-task-id',
    code: 'P-TSK-02',
    severity: 'high',
    revisions: stated('2025-11-25'),
    page: 'ext-tasks/tasks',
    definition: 'Two calls were answered with a task of the same id.',
    wrongWhen: 'The first task was over and forgotten, and a short id came again.',
    confirm: 'Compare the two answers: whoever asks for one task may get the other.',
    says: ({ who, times }) => `${who} gave two tasks the same id, ${times}.`,
    watch: watchDuplicateTaskId,
  },
  {
    rule: 'related-task-missing',
    code: 'P-TSK-02',
    severity: 'high',
    revisions: stated('2025-11-25', '2025-11-25'),
    page: 'basic/utilities/tasks',
    definition:
      'An answer to tasks/result does not name its task in _meta (io.modelcontextprotocol/related-task), or names another.',
    wrongWhen: 'Nothing: the answer itself shows it.',
    confirm: 'Look at _meta of the result.',
    says: ({ who, times }) => `${who} gave the result of a task without saying of which, ${times}.`,
    watch: watchRelatedTaskMissing,
  },
  {
    rule: 'task-not-agreed',
    code: 'P-TSK-04',
    severity: 'high',
    revisions: MODERN,
    page: 'ext-tasks/tasks',
    definition:
      'A call was answered with a task though its request did not declare the extension for tasks, it was no tools/call, or the answer has a task without the resultType “task”.',
    wrongWhen: 'Another extension, which both sides declared, answers with tasks too.',
    confirm: 'Look for the extension among the clientCapabilities in _meta of the request.',
    says: ({ who, about, times }) =>
      `${who} answered ${about} with a task that its client cannot take, ${times}.`,
    watch: watchTaskNotAgreed,
  },
]);

const EXTENSION = 'io.modelcontextprotocol/tasks';
const MOST_TASKS = 10_000;

function watchTaskResultDiffers({ report }: Watching): Handlers {
  const given = createMemory<string, { readonly print: string; readonly at: Shown['at'] }>(
    MOST_TASKS,
  );
  return {
    'response tasks/result': ({ call, value, ref, from }) => {
      const result = member(value, 'result');
      if (!call || !from || call.subject === undefined || !isObject(result)) return;
      const { _meta, ...own } = result;
      const key = `${from} ${call.subject}`;
      const print = fingerprint(own);
      const before = given.get(key);
      if (!before) given.set(key, { print, at: ref });
      else if (before.print !== print) {
        report({
          by: from,
          evidence: [
            { at: before.at, role: 'earlier result', pointer: '/result' },
            { at: ref, role: 'later result', pointer: '/result' },
          ],
        });
      }
    },
  };
}

interface Created {
  readonly call: Call;
  readonly at: Happening['ref'];
  /** How long it is kept, in ms; undefined where it does not say. */
  readonly ttl: number | undefined;
}

/** A task is kept for ever where its time is null. */
function ttlOf(task: unknown): number | undefined {
  const ttl = member(task, 'ttl') ?? member(task, 'ttlMs');
  if (member(task, 'ttl') === null || member(task, 'ttlMs') === null) return Infinity;
  return typeof ttl === 'number' ? ttl : undefined;
}

function watchTaskNotFound({ report }: Watching): Handlers {
  const created = createMemory<string, Created>(MOST_TASKS);
  const forget = ({ call, from }: Happening): void => created.delete(`${from} ${call?.subject}`);
  return {
    ...onTasks(({ key, isNew, task }, { call, ref }) => {
      if (isNew && call) created.set(key, { call, at: ref, ttl: ttlOf(task) });
    }),
    'response tasks/cancel': forget,
    'response tasks/get': (happening) => {
      const { call, value, ref, from } = happening;
      const task = created.get(`${from} ${call?.subject}`);
      forget(happening);
      if (!call || !from || !task || member(value, 'error', 'code') !== -32602) return;
      const age = (call.request.at - task.at.at) / 1000;
      if (call.request.seq < task.at.seq || age > (task.ttl ?? 0) / 2) return;
      report({
        by: from,
        evidence: [
          { at: task.at, role: 'task' },
          { at: call.request, role: 'question for it' },
          { at: ref, role: 'error', pointer: '/error' },
        ],
      });
    },
  };
}

function watchDuplicateTaskId({ report }: Watching): Handlers {
  const created = createMemory<string, Created>(MOST_TASKS);
  return onTasks(({ key, isNew, by }, { call, ref }) => {
    if (!isNew || !call) return;
    const before = created.get(key);
    if (before && before.call !== call) {
      report({
        by,
        evidence: [
          { at: before.at, role: 'first task' },
          { at: ref, role: 'second task' },
        ],
      });
    } else created.set(key, { call, at: ref, ttl: undefined });
  });
}

function watchRelatedTaskMissing({ report }: Watching): Handlers {
  return {
    'response tasks/result': ({ call, value, ref, from }) => {
      if (!call || !from || !isObject(member(value, 'result'))) return;
      const named = member(value, 'result', '_meta', META.relatedTask, 'taskId');
      if (named === call.subject) return;
      report({
        by: from,
        evidence: [
          { at: call.request, role: 'question' },
          { at: ref, role: 'result', pointer: '/result/_meta' },
        ],
      });
    },
  };
}

function watchTaskNotAgreed({ report }: Watching): Handlers {
  const undeclared = createMemory<Call, true>();
  return {
    'request tools/call': ({ call, value }) => {
      const path = ['params', '_meta', META.clientCapabilities, 'extensions', EXTENSION];
      if (call && member(value, ...path) === undefined) undeclared.set(call, true);
    },
    response: ({ call, value, ref, from }) => {
      if (!call || from !== 'server') return;
      const role = wrongTask(call, member(value, 'result'), undeclared.has(call));
      undeclared.delete(call);
      if (role === undefined) return;
      report({
        by: 'server',
        about: call.method,
        evidence: [
          { at: call.request, role: 'request', pointer: '/params/_meta' },
          { at: ref, role, pointer: '/result' },
        ],
      });
    },
  };
}

function wrongTask({ method }: Call, result: unknown, isUndeclared: boolean): string | undefined {
  const isTask = member(result, 'resultType') === 'task';
  if (isTask && method !== 'tools/call') return 'task for another method';
  if (isTask) return isUndeclared ? 'task that was not agreed on' : undefined;
  const looksLikeOne =
    textMember(result, 'taskId') !== undefined && STATUSES.has(member(result, 'status'));
  return method === 'tools/call' && looksLikeOne ? 'task without resultType' : undefined;
}
