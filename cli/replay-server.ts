/** `wiretape replay server`: a recorded server that speaks again. */
import process from 'node:process';
import { type Command, Option } from 'commander';
import {
  connectCommand,
  type RecordedSession,
  type ReplayReport,
  recordedSessions,
  SessionChoice,
  serveRecording,
  sessionOf,
  toldWithPast,
  unplayableIn,
} from '../replay/index.ts';
import { codeOfServer } from './client-process.ts';
import { UserError } from './error.ts';
import { addPlaying, type PlayingOptions, playingOf } from './playing-options.ts';
import { readRecordingFile } from './recording-file.ts';
import { httpOption, replayOverHttp } from './replay-http.ts';
import { writeReport } from './report-file.ts';
import { type FileProblem, reportProblems } from './sessions.ts';
import { remark } from './terminal.ts';

interface ServerOptions extends PlayingOptions {
  readonly session?: string;
  readonly report?: string;
  readonly strict?: boolean;
  readonly miss: 'error' | 'exit' | 'live';
  readonly http?: number;
}

export function registerReplayServer(command: Command): void {
  const server = command
    .argument('<recording>', 'a file')
    .argument('[command...]', 'after --: the live server of --miss live, started when it is needed')
    .option('--session <name>', 'which session: a name or an id; needed when there are several')
    .addOption(httpOption())
    .option('--report <file>', 'write what was not as recorded to this file, as JSON')
    .option('--strict', 'exit with 1 when anything was not as recorded')
    .addOption(
      new Option(
        '--miss <policy>',
        'what becomes of a message that was not recorded: it is refused, ends the replay with 1, or goes to the live server',
      )
        .choices(['error', 'exit', 'live'])
        .default('error'),
    );
  addPlaying(server).action(replayServer);
}

/** The server that what was not recorded is passed on to: the command that the user typed. */
function liveServer([command, ...args]: readonly string[], { miss, http }: ServerOptions) {
  if (miss === 'live' && command === undefined) {
    const hint = 'wiretape replay server FILE --miss live -- COMMAND';
    throw new UserError('no-command', '--miss live needs the command of a live server.', hint);
  }
  if (miss !== 'live' && command !== undefined) {
    const hint = 'Add --miss live, or leave the command out.';
    throw new UserError('wrong-usage', 'A command is only run with --miss live.', hint);
  }
  if (miss === 'live' && http !== undefined) {
    const hint = 'Leave --http out: the client then starts the recorded server by its command.';
    throw new UserError('wrong-usage', '--miss live is for stdio.', hint);
  }
  return command === undefined
    ? {}
    : { live: connectCommand({ command, args, environment: process.env }) };
}

async function replayServer(
  file: string,
  words: readonly string[],
  options: ServerOptions,
): Promise<void> {
  const live = liveServer(words, options);
  const { entries, problems } = await readRecordingFile(file);
  const faults = problems.map((problem) => ({ ...problem, file }));
  reportProblems(faults);
  refuseFaulty(faults, options.strict);
  const choose = (session?: string) =>
    chosen(file, entries, { ...options, ...(session ? { session } : {}) });
  const onMiss = options.miss === 'exit' ? 'exit' : 'error';
  const playing = { ...playingOf(options), onMiss } as const;
  if (options.http !== undefined) {
    return await replayOverHttp(entries, { ...options, ...playing, choose, isFaithful, summary });
  }
  const session = choose();
  const { stdin: input, stdout: output } = process;
  const serving = serveRecording({ entries, session, input, output, ...playing, ...live });
  // Hosts close stdin first; one that does not still gets its report.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => void serving.close());
  }
  const report = await serving.done;
  if (options.report !== undefined) await writeReport(options.report, report);
  const isUnlike = !isFaithful(report);
  if (isUnlike) remark(summary(report));
  const isEnded = onMiss === 'exit' && report.misses.length > 0;
  const own = (options.strict && isUnlike) || isEnded ? 1 : 0;
  // What the client sees is the end of the recorded server.
  process.exitCode = codeOfServer(serving.ended()) || own;
  // What a client was sent and does not read would keep this process; it was told to end.
  if (output.writableLength > 0 && !serving.ended()) process.exit();
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

/** Refuses files in which anything is wrong, when nothing may be: what was lost may be of any session. */
export function refuseFaulty(problems: readonly FileProblem[], strict: boolean | undefined): void {
  const [first] = problems;
  if (!strict || !first) return;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  const detail = `${first.file} is not whole: ${first.detail}${more}.`;
  throw new UserError('incomplete-recording', detail, 'Without --strict, what is there is played.');
}

/** Refuses a session without messages, and one that lacks entries when nothing may be lacking. */
export function refuseIncomplete(
  file: string,
  session: RecordedSession,
  strict: boolean | undefined,
): void {
  const { head } = session.session;
  if (head?.capture === 'metadata') {
    const detail = `${file} holds no messages: it was captured as metadata.`;
    throw new UserError(
      'incomplete-recording',
      detail,
      'Record it again without --capture metadata.',
    );
  }
  const lost = strict ? unplayableIn(session) : [];
  if (lost[0]) {
    const { entry, why } = lost[0];
    const detail = `${file} lacks ${lost.length} message(s) of the session ${session.name}, first ${entry} (${why}).`;
    throw new UserError(
      'incomplete-recording',
      detail,
      'Without --strict, what is there is played.',
    );
  }
  if (strict && head?.imported && head.imported.lacks.length > 0) {
    const { from, lacks } = head.imported;
    const detail = `${file} was imported from ${from}, which did not keep: ${lacks.join(', ')}.`;
    const hint = 'Without --strict, what is there is played.';
    throw new UserError('incomplete-recording', detail, hint);
  }
}

function choose(entries: Parameters<typeof recordedSessions>[0], wanted: string | undefined) {
  try {
    return sessionOf(recordedSessions(entries), wanted);
  } catch (error) {
    if (!(error instanceof SessionChoice)) throw error;
    const isName = error.code === 'ambiguous-session' && wanted !== undefined;
    const hint = isName ? 'Give the id of one to --session.' : 'Name one with --session.';
    throw new UserError(error.code, `${error.message}.`, hint);
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
  degraded,
  unmade,
  withheld,
  unplayable,
  live,
}: ReplayReport): string {
  const counts = [
    [misses, 'not recorded'],
    [differences, 'different'],
    [degraded, 'only nearly as recorded'],
    [unmade, 'never made by the client'],
    [withheld, 'not sent'],
    [unplayable, 'not playable'],
  ] as const;
  const passed = live ? ` ${live.passedCount} went to the live server.` : '';
  const told = counts.flatMap(([list, what]) =>
    list.length > 0 ? [`${list.length} ${what}`] : [],
  );
  const first = misses[0] ? ` First: ${toldWithPast(misses[0])}.` : '';
  return `${name} was not as recorded: ${told.join(', ')}.${first}${passed}`;
}
