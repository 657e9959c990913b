/**
 * Which sessions of a recording belong to which test. A recording that tests made themselves holds
 * one workflow for each; any other recording is the same for all of them.
 */
import { createHash } from 'node:crypto';
import type { RecordedSession } from './recorded.ts';

const PREFIX = 'test: ';

/** The workflow under which the servers of a test are recorded. */
export function workflowOfTest(test: string): string {
  return `${PREFIX}${test}`;
}

/** The same, where redaction changes the name: by its hash, which needs no key to be found again. */
export function hiddenWorkflowOfTest(test: string): string {
  return `${PREFIX}#${createHash('sha256').update(test).digest('hex').slice(0, 16)}`;
}

export function isWorkflowOfTest(workflow: string | null | undefined, test: string): boolean {
  return workflow === workflowOfTest(test) || workflow === hiddenWorkflowOfTest(test);
}

/** The sessions to play for a test; none when tests recorded this file, and this one did not. */
export function sessionsOfTest(
  sessions: readonly RecordedSession[],
  test: string,
): readonly RecordedSession[] {
  const workflow = ({ session }: RecordedSession) => session.head?.workflow;
  const isByTests = sessions.some((session) => workflow(session)?.startsWith(PREFIX));
  if (!isByTests) return sessions;
  return sessions.filter((session) => isWorkflowOfTest(workflow(session), test));
}
