/** Tasks: what becomes of them, and how often they are asked for. */
import { TASKS } from '../../../analysis/protocol/tasks.ts';
import { after, client, opening, type Step, server, toolCall } from '../../kit/entries.ts';
import { cases, complete, inSession, meta, modern, OVER_HTTP, opened, post } from './kit.ts';

const task = (status: string, more: object = {}) => ({ taskId: 't', status, ttl: 60_000, ...more });
const created = (status = 'working', more: object = {}): Step[] => [
  client(toolCall(1, 'save')),
  server({ id: 1, result: { task: task(status, more) } }),
];
const get = (id: number, status: string, more: object = {}): Step[] => [
  client({ id, method: 'tasks/get', params: { taskId: 't' } }),
  server({ id, result: task(status, more) }),
];
const story = (...steps: readonly Step[]) => ({ steps: [...opening(), ...steps] });
const told = (status: string) => ({ method: 'notifications/tasks/status', params: task(status) });
const own = meta({}, { extensions: { 'io.modelcontextprotocol/tasks': {} } });
const modernGet = (id: number, status: string): Step[] => [
  client(modern(id, 'tasks/get', { taskId: 't' }, own)),
  server(complete(id, task(status))),
];
const illegal = (places: string) =>
  `high: The server of notes gave a task a status that it cannot have, once. [${places}]`;
const wait = { pollInterval: 1000 };

cases(TASKS, {
  'illegal-task-status': {
    breaks: [
      story(...created(), ...get(2, 'completed'), ...get(3, 'working')),
      illegal('7 last status, 9 later status'),
    ],
    alsoBreaks: [
      [story(...created('completed')), illegal('5 first status')],
      [story(...created(), ...get(2, 'done')), illegal('7 unknown status')],
      [
        story(...created(), server(told('failed')), server(told('working'))),
        illegal('6 last status, 7 later status'),
      ],
      [
        { steps: [...modernGet(1, 'cancelled'), ...modernGet(2, 'working')] },
        illegal('2 last status, 4 later status'),
      ],
    ],
    clean: [
      story(
        ...created(),
        ...get(2, 'input_required'),
        ...get(3, 'working'),
        ...get(4, 'completed'),
        ...get(5, 'completed'),
      ),
      // Asked before the last status was seen, the answer may be the older one.
      story(
        ...created(),
        client({ id: 2, method: 'tasks/get', params: { taskId: 't' } }),
        ...get(3, 'completed'),
        server({ id: 2, result: task('working') }),
      ),
      {
        steps: [
          client(modern(1, 'tools/call', { name: 'a' }, own)),
          server({ id: 1, result: { resultType: 'task', ...task('completed') } }),
        ],
      },
      {
        head: OVER_HTTP,
        steps: [
          ...opened(),
          ...post(3, undefined, {
            method: 'GET',
            headers: inSession(),
            answers: [told('completed'), told('working')],
          }),
        ],
      },
      // Each side may have a task of that id.
      story(
        ...created(),
        ...get(2, 'completed'),
        server({ id: 9, method: 'tasks/get', params: { taskId: 't' } }),
        client({ id: 9, result: task('working') }),
      ),
    ],
  },
  'cancelled-task-goes-on': {
    breaks: [
      story(
        ...created(),
        client({ id: 2, method: 'tasks/cancel', params: { taskId: 't' } }),
        server({ id: 2, result: task('cancelled') }),
        ...get(3, 'completed'),
      ),
      'high: The server of notes gave a cancelled task another status, once. [7 cancelled, 9 later status]',
    ],
    clean: [
      story(...created(), ...get(2, 'cancelled'), ...get(3, 'cancelled')),
      { steps: [...modernGet(1, 'cancelled'), ...modernGet(2, 'completed')] },
    ],
  },
  'task-polled-too-often': {
    breaks: [
      story(...created('working', wait), ...get(2, 'working', wait)),
      'info: The client of notes asked for a task sooner than it was told to, once. [5 answer with the interval, 6 next question]',
    ],
    clean: [
      story(
        ...created('working', wait),
        ...get(2, 'working', wait).map((step, at) => (at === 0 ? after(1_000_000, step) : step)),
      ),
      story(...created(), ...get(2, 'working')),
    ],
  },
});
