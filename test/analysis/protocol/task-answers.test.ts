/** What comes back for tasks. */
import { TASK_ANSWERS } from '../../../analysis/protocol/task-answers.ts';
import { after, client, opening, type Step, server, toolCall } from '../../kit/entries.ts';
import { cases, complete, meta, modern } from './kit.ts';

const RELATED = 'io.modelcontextprotocol/related-task';
const created = (id: number, more: object = {}): Step[] => [
  client(toolCall(id, 'save')),
  server({ id, result: { task: { taskId: 't', status: 'working', ttl: 60_000, ...more } } }),
];
const asks = (id: number, answer: object, method = 'tasks/get'): Step[] => [
  client({ id, method, params: { taskId: 't' } }),
  server({ id, ...answer }),
];
const missing = { error: { code: -32602, message: 'Task not found' } };
const story = (...steps: readonly Step[]) => ({ steps: [...opening(), ...steps] });
const gives = (text: string, meta: object = { [RELATED]: { taskId: 't' } }) => ({
  result: { content: [{ type: 'text', text }], _meta: meta },
});
const results = (id: number, ...of: Parameters<typeof gives>) =>
  asks(id, gives(...of), 'tasks/result');
const able = meta({}, { extensions: { 'io.modelcontextprotocol/tasks': {} } });
const task = { taskId: 't', status: 'working', createdAt: 'x', lastUpdatedAt: 'x', ttlMs: null };
const called = (own: object, result: object, method = 'tools/call'): { steps: Step[] } => ({
  steps: [client(modern(1, method, { name: 'a', uri: 'a:b' }, own)), server({ id: 1, result })],
});
const notAgreed = (role: string, method = 'tools/call') =>
  `high: The server of notes answered “${method}” with a task that its client cannot take, once. [1 request, 2 ${role}]`;

cases(TASK_ANSWERS, {
  'task-result-differs': {
    breaks: [
      story(...results(1, 'a'), ...results(2, 'b')),
      'high: The server of notes gave another result for a task than before, once. [5 earlier result, 7 later result]',
    ],
    clean: [
      story(...results(1, 'a'), ...results(2, 'a', { [RELATED]: { taskId: 't' }, more: 1 })),
      story(...results(1, 'a'), ...asks(2, missing, 'tasks/result')),
    ],
  },
  'task-not-found': {
    breaks: [
      story(...created(1), ...asks(2, missing)),
      'high: The server of notes did not know a task that it had just given out, once. [5 task, 6 question for it, 7 error]',
    ],
    alsoBreaks: [
      [
        {
          steps: [
            ...called(able, { resultType: 'task', ...task }).steps,
            client(modern(2, 'tasks/get', { taskId: 't' }, able)),
            server({ id: 2, ...missing }),
          ],
        },
        'high: The server of notes did not know a task that it had just given out, once. [2 task, 3 question for it, 4 error]',
      ],
    ],
    clean: [
      story(
        ...created(1),
        ...asks(2, { result: { taskId: 't', status: 'working' } }),
        ...asks(3, missing),
      ),
      story(
        ...created(1),
        ...asks(2, missing).map((step, at) => (at === 0 ? after(60_000_000, step) : step)),
      ),
      story(
        ...created(1),
        ...asks(2, { result: { taskId: 't', status: 'cancelled' } }, 'tasks/cancel'),
        ...asks(3, missing),
      ),
      story(...created(1), ...asks(2, { error: { code: -32603, message: 'broken' } })),
      story(...asks(2, missing)),
    ],
  },
  'duplicate-task-id': {
    breaks: [
      story(...created(1), ...created(2)),
      'high: The server of notes gave two tasks the same id, once. [5 first task, 7 second task]',
    ],
    clean: [story(...created(1), ...created(2, { taskId: 'u' }))],
  },
  'related-task-missing': {
    breaks: [
      story(...results(1, 'a', {})),
      'high: The server of notes gave the result of a task without saying of which, once. [4 question, 5 result]',
    ],
    alsoBreaks: [
      [
        story(...results(1, 'a', { [RELATED]: { taskId: 'u' } })),
        'high: The server of notes gave the result of a task without saying of which, once. [4 question, 5 result]',
      ],
    ],
    clean: [story(...results(1, 'a')), story(...asks(1, missing, 'tasks/result'))],
  },
  'task-not-agreed': {
    breaks: [
      called(meta(), { resultType: 'task', ...task }),
      notAgreed('task that was not agreed on'),
    ],
    alsoBreaks: [
      [
        called(able, { resultType: 'task', ...task }, 'resources/read'),
        notAgreed('task for another method', 'resources/read'),
      ],
      [called(able, { resultType: 'complete', ...task }), notAgreed('task without resultType')],
    ],
    clean: [
      called(able, { resultType: 'task', ...task }),
      called(meta(), complete(1, { content: [] }).result),
      { steps: [client(modern(1, 'tasks/get', { taskId: 't' }, able)), server(complete(1, task))] },
    ],
  },
});
