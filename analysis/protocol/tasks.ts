/** Calls that are answered later: tasks of 2025-11-25, and of the extension for 2026-07-28 (SEP-2663). */
import { member } from '../../model/json.ts';
import { family, stated } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, Happening, ProtocolRule, Watching } from './protocol-rule.ts';
import { ENDS, onTasks, STATUSES, type TaskShown } from './tasks-shown.ts';

export const TASKS: readonly ProtocolRule[] = family('tasks', [
  {
    rule: 'illegal-task-status',
    code: 'P-TSK-01',
    severity: 'high',
    revisions: stated('2025-11-25'),
    page: 'ext-tasks/tasks',
    definition:
      'A task has a status that there is not, begins with another one than “working” (2025-11-25), or gets another one after “completed”, “failed” or, in the extension, “cancelled”.',
    wrongWhen:
      'The later status was written down before the last one and only sent after it; what was asked for before is left out, and so are notifications over HTTP.',
    confirm: 'Compare the two messages.',
    says: ({ who, times }) => `${who} gave a task a status that it cannot have, ${times}.`,
    watch: watchIllegalTaskStatus,
  },
  {
    rule: 'cancelled-task-goes-on',
    code: 'P-TSK-03',
    severity: 'high',
    revisions: stated('2025-11-25', '2025-11-25'),
    page: 'basic/utilities/tasks',
    definition:
      'A task that was cancelled has another status later; it must stay cancelled, whatever becomes of its work.',
    wrongWhen: 'The later status was written down before the cancellation and only sent after it.',
    confirm: 'Compare the two messages.',
    says: ({ who, times }) => `${who} gave a cancelled task another status, ${times}.`,
    watch: watchCancelledTaskGoesOn,
  },
  {
    rule: 'task-polled-too-often',
    code: 'P-TSK-05',
    severity: 'info',
    revisions: stated('2025-11-25'),
    page: 'ext-tasks/tasks',
    definition: 'tasks/get is asked again sooner after its answer than the pollInterval in it.',
    wrongWhen: 'A notification or a user made the client ask.',
    confirm: 'Compare the time between the answer and the next question with the interval.',
    says: ({ who, times }) => `${who} asked for a task sooner than it was told to, ${times}.`,
    watch: watchTaskPolledTooOften,
  },
]);

const MOST_TASKS = 10_000;

interface Ended {
  readonly status: unknown;
  readonly at: Happening['ref'];
}

/** Told of each status that a task has after another one that was its last. */
function afterEnd(
  told: (ended: Ended, task: TaskShown, happening: Happening) => void,
): (task: TaskShown, happening: Happening) => void {
  const ended = createMemory<string, Ended>(MOST_TASKS);
  return (task, happening) => {
    const { key, status, asked, isNew } = task;
    const before = isNew ? undefined : ended.get(key);
    if (isNew) ended.delete(key);
    if (before && before.status !== status && asked !== undefined && asked > before.at.seq)
      told(before, task, happening);
    else if (ENDS.has(status)) ended.set(key, { status, at: happening.ref });
  };
}

function watchIllegalTaskStatus({ report }: Watching): Handlers {
  const judge = afterEnd(({ status, at }, { by }, { ref, revision }) => {
    // In 2025-11-25 that is another rule's: cancelled-task-goes-on.
    if (status === 'cancelled' && revision === '2025-11-25') return;
    report({
      by,
      evidence: [
        { at, role: 'last status' },
        { at: ref, role: 'later status' },
      ],
    });
  });
  return onTasks((task, happening) => {
    const { status, isNew, by } = task;
    const { ref: at, revision } = happening;
    const isWrongStart = isNew && revision === '2025-11-25' && status !== 'working';
    if (!STATUSES.has(status)) report({ by, evidence: [{ at, role: 'unknown status' }] });
    else if (isWrongStart) report({ by, evidence: [{ at, role: 'first status' }] });
    else judge(task, happening);
  });
}

function watchCancelledTaskGoesOn({ report }: Watching): Handlers {
  return onTasks(
    afterEnd(({ status, at }, { by }, { ref }) => {
      if (status !== 'cancelled') return;
      report({
        by,
        evidence: [
          { at, role: 'cancelled' },
          { at: ref, role: 'later status' },
        ],
      });
    }),
  );
}

/** Clocks and timers may be so much early. */
const EARLY = 0.8;

function watchTaskPolledTooOften({ report }: Watching): Handlers {
  const answers = createMemory<string, { readonly at: Happening['ref']; readonly wait: number }>(
    MOST_TASKS,
  );
  return {
    ...onTasks(({ key, task }, { ref }) => {
      const wait = member(task, 'pollIntervalMs') ?? member(task, 'pollInterval');
      if (typeof wait === 'number') answers.set(key, { at: ref, wait });
      else answers.delete(key);
    }),
    'request tasks/get': ({ call, ref, from }) => {
      if (!call || !from) return;
      const owner = from === 'client' ? 'server' : 'client';
      const before = answers.get(`${owner} ${call.subject}`);
      if (!before || ref.at - before.at.at >= before.wait * 1000 * EARLY) return;
      report({
        by: from,
        evidence: [
          { at: before.at, role: 'answer with the interval' },
          { at: ref, role: 'next question' },
        ],
      });
    },
  };
}
