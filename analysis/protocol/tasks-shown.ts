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

const NONE: readonly TaskShown[] = [];

function tasksIn(happening: Happening): readonly TaskShown[] {
  const { call, value, ref, method, exchange } = happening;
  const asked = call?.request.seq;
  switch (method) {
    case 'notifications/tasks/status':
    case 'notifications/tasks':
      return shownIn(happening, member(value, 'params'), exchange ? undefined : ref.seq);
    case 'tasks/get':
    case 'tasks/cancel':
      return shownIn(happening, member(value, 'result'), asked);
    case 'tasks/list': {
      const tasks = member(value, 'result', 'tasks');
      if (!Array.isArray(tasks)) return NONE;
      return tasks.flatMap((task) => shownIn(happening, task, asked));
    }
    default: {
      const result = member(value, 'result');
      const task = member(result, 'resultType') === 'task' ? result : member(result, 'task');
      return task === undefined ? NONE : shownIn(happening, task, asked, true);
    }
  }
}

function shownIn(
  { from }: Happening,
  task: unknown,
  asked: number | undefined,
  isNew = false,
): readonly TaskShown[] {
  const id = textMember(task, 'taskId');
  if (id === undefined || !from) return NONE;
  return [{ task, key: `${from} ${id}`, by: from, status: member(task, 'status'), isNew, asked }];
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
