/** Tasks as messages show them, in both of their protocols. */
import { member, textMember } from '../../model/json.ts';
import type { Handlers, Happening } from './protocol-rule.ts';

/** A task as one message shows it. */
export interface TaskShown {
  readonly task: unknown;
  /** Who runs it, and its id: both sides may have tasks. */
  readonly key: string;
  readonly by: 'client' | 'server';
  readonly status: unknown;
  readonly isNew: boolean;
  /** When its status was asked for; undefined where nobody can say which message was first. */
  readonly asked: number | undefined;
}

function* tasksIn({
  call,
  value,
  from,
  ref,
  method,
  exchange,
  entry,
}: Happening): Generator<TaskShown> {
  if (!from) return;
  const shown = (task: unknown, isNew: boolean, asked: number | undefined): TaskShown[] => {
    const id = textMember(task, 'taskId');
    if (id === undefined) return [];
    const status = member(task, 'status');
    return [{ task, key: `${from} ${id}`, by: from, status, isNew, asked }];
  };
  const result = member(value, 'result');
  const asked = call?.request.seq;
  if (entry.type !== 'message') return;
  if (method === 'notifications/tasks/status' || method === 'notifications/tasks')
    yield* shown(member(value, 'params'), false, exchange ? undefined : ref.seq);
  else if (result === undefined) return;
  else if (method === 'tasks/get' || method === 'tasks/cancel') yield* shown(result, false, asked);
  else if (method === 'tasks/list') {
    const tasks = member(result, 'tasks');
    for (const task of Array.isArray(tasks) ? tasks : []) yield* shown(task, false, asked);
  } else if (member(result, 'resultType') === 'task') yield* shown(result, true, asked);
  else yield* shown(member(result, 'task'), true, asked);
}

/** Handlers that are told of each task that a message shows. */
export function onTasks(told: (task: TaskShown, happening: Happening) => void): Handlers {
  const handle = (happening: Happening): void => {
    for (const task of tasksIn(happening)) told(task, happening);
  };
  return {
    response: handle,
    'notification notifications/tasks/status': handle,
    'notification notifications/tasks': handle,
  };
}

export const STATUSES: ReadonlySet<unknown> = new Set([
  'working',
  'input_required',
  'completed',
  'failed',
  'cancelled',
]);
export const ENDS: ReadonlySet<unknown> = new Set(['completed', 'failed', 'cancelled']);
