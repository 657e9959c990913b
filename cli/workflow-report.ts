/** What the replay of a workflow was like, in a few sentences. */
import type { LiveDifference, WorkflowReport } from '../replay/index.ts';
import type { ClientEnd } from './client-process.ts';
import { summary } from './replay-server.ts';
import { counted } from './terminal.ts';

export interface WorkflowRun extends WorkflowReport {
  /** In what real servers differ from the recorded ones. */
  readonly live?: readonly LiveDifference[];
  readonly client?: ClientEnd;
}

/** Whether the exit code is that of the client. When strict, order and losses count as well. */
export function isAsRecorded(run: WorkflowRun, strict = false): boolean {
  const { equal, divergence, live = [], gate, sessions } = run;
  if (!equal || divergence || live.length > 0) return false;
  const isWhole = sessions.every(({ unplayable }) => unplayable.length === 0);
  return !strict || (isWhole && gate.order === 'kept');
}

/** No more are told one by one; all of them stand in the report. */
const MOST = 5;

export function toldWorkflow(run: WorkflowRun): string[] {
  const { sessions, gate, divergence, live = [], client } = run;
  const unequal = sessions.filter(({ equal }) => !equal);
  const [relaxed] = gate.relaxed;
  const told = [
    ...unequal.slice(0, MOST).map(summary),
    ...more(unequal.length, 'session'),
    ...live
      .slice(0, MOST)
      .map(
        ({ name, entry, pointer }) =>
          `${name} answers otherwise than ${entry}, at ${pointer || 'all of it'}.`,
      ),
    ...more(live.length, 'answer'),
  ];
  if (divergence) {
    const { code, entry, waitsFor } = divergence;
    told.push(`${code}: ${entry} waits for ${waitsFor}, and the client waits.`);
  }
  if (relaxed) {
    const count = counted(gate.relaxed.length, 'message');
    told.push(
      `The recorded order was not kept: ${count} came early; ${relaxed.entry} did not wait for ${relaxed.waitsFor}.`,
    );
  }
  if (client && (client.signal !== null || client.code !== 0)) {
    told.push(`The client ended with ${client.signal ?? client.code}.`);
  }
  if (told.length > 0) return told;
  const matched = sessions.reduce((sum, { matchedCount }) => sum + matchedCount, 0);
  const all = `${counted(sessions.length, 'session')}, ${counted(matched, 'message')} of the client`;
  return [`The workflow was as recorded: ${all}.`];
}

function more(count: number, what: string): string[] {
  return count > MOST ? [`And ${counted(count - MOST, `${what} more`, `${what}s more`)}.`] : [];
}
