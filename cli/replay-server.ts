/** `wiretape replay server`: a recorded server that speaks again. */
import process from 'node:process';
import type { Command } from 'commander';
import {
  type RecordedSession,
  type ReplayReport,
  recordedSessions,
  SessionChoice,
  serveRecording,
  sessionOf,
} from '../replay/index.ts';
import { UserError } from './error.ts';
import { readRecordingFile } from './recording-file.ts';
import { writeReport } from './report-file.ts';
import { reportProblems } from './sessions.ts';
import { remark } from './terminal.ts';

interface ServerOptions {
  readonly session?: string;
  readonly report?: string;
  readonly strict?: boolean;
}

/** Adds it below `replay`. */
export function registerReplayServer(replay: Command): void {
  replay
    .command('server')
    .description('speak for a recorded server on stdin and stdout, without the server')
    .argument('<recording>', 'a file')
    .option('--session <name>', 'which session: a name or an id; needed when there are several')
    .option('--report <file>', 'write what was not as recorded to this file, as JSON')
    .option('--strict', 'exit with 1 when anything was not as recorded')
    .action(replayServer);
}

async function replayServer(file: string, options: ServerOptions): Promise<void> {
  const { entries, problems } = await readRecordingFile(file);
  reportProblems(problems.map((problem) => ({ ...problem, file })));
  const session = chosen(file, entries, options);
  const { stdin: input, stdout: output } = process;
  const serving = serveRecording({ entries, session, input, output });
  // Hosts close stdin first; one that does not still gets its report.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => void serving.close());
  }
  const report = await serving.done;
  if (options.report !== undefined) await writeReport(options.report, report);
  if (isFaithful(report)) return;
  remark(summary(report));
  if (options.strict) process.exitCode = 1;
}

/** The session to play; refuses a recording that cannot speak for its server. */
function chosen(
  file: string,
  entries: Parameters<typeof recordedSessions>[0],
  { session: wanted, strict }: ServerOptions,
): string {
  const session = choose(entries, wanted);
  refuseIncomplete(file, session, strict);
  return session.session.id;
}

/** Refuses a session without messages, and one that lacks entries when nothing may be lacking. */
export function refuseIncomplete(
  file: string,
  session: RecordedSession,
  strict: boolean | undefined,
): void {
  const { head, gaps } = session.session;
  if (head?.capture === 'metadata') {
    const detail = `${file} holds no messages: it was captured as metadata.`;
    throw new UserError(
      'incomplete-recording',
      detail,
      'Record it again without --capture metadata.',
    );
  }
  if (strict && gaps.length > 0) {
    const detail = `${file} lacks entries of the session ${session.name}.`;
    throw new UserError(
      'incomplete-recording',
      detail,
      'Without --strict, what is there is played.',
    );
  }
}

function choose(entries: Parameters<typeof recordedSessions>[0], wanted: string | undefined) {
  try {
    return sessionOf(recordedSessions(entries), wanted);
  } catch (error) {
    if (!(error instanceof SessionChoice)) throw error;
    throw new UserError(error.code, `${error.message}.`, 'Name one with --session.');
  }
}

/** Whether the replay was the recording, and the recording was whole. */
function isFaithful({ equal, unplayable }: ReplayReport): boolean {
  return equal && unplayable.length === 0;
}

export function summary({
  name,
  misses,
  differences,
  unmade,
  withheld,
  unplayable,
}: ReplayReport): string {
  const counts = [
    [misses, 'not recorded'],
    [differences, 'different'],
    [unmade, 'never made by the client'],
    [withheld, 'not sent'],
    [unplayable, 'not playable'],
  ] as const;
  const told = counts.flatMap(([list, what]) =>
    list.length > 0 ? [`${list.length} ${what}`] : [],
  );
  const first = misses[0] ? ` First: ${misses[0].detail}.` : '';
  return `${name} was not as recorded: ${told.join(', ')}.${first}`;
}
