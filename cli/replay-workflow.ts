/** `wiretape replay workflow`: all servers of a recording, behind one gate. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type LiveDifference,
  type LiveServer,
  liveServer,
  type Play,
  playWorkflow,
  type RecordedSession,
  recordedSessions,
  type Seat,
  serveGate,
  spaced,
} from '../replay/index.ts';
import { type ClientEnd, codeOfEnd, runClient } from './client-process.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { UserError } from './error.ts';
import { gatePlace } from './gate-place.ts';
import { hostConfig, writeHostConfig } from './host-config.ts';
import { addPlaying, type PlayingOptions, playingOf } from './playing-options.ts';
import { readRecordingFile } from './recording-file.ts';
import { refuseFaulty, refuseIncomplete } from './replay-server.ts';
import { writeReport } from './report-file.ts';
import { endSignal } from './serve.ts';
import { reportProblems } from './sessions.ts';
import { stateOf } from './state.ts';
import { counted, printJson, remark } from './terminal.ts';
import { wordsOf } from './words.ts';
import { isAsRecorded, toldWorkflow, type WorkflowRun } from './workflow-report.ts';

interface WorkflowOptions extends CommonOptions, PlayingOptions {
  readonly writeConfig?: string;
  readonly live?: ReadonlyMap<string, readonly string[]>;
  readonly patience: number;
  readonly report?: string;
  readonly strict?: boolean;
}

export function registerReplayWorkflow(command: Command): void {
  const workflow = addCommonOptions(command)
    .usage('[options] <recording...> [-- client...]')
    .argument('<recording...>', 'files; after --, the client to run and its arguments')
    .option('--write-config <file>', 'write the configuration that leads a host to the stand-ins')
    .addOption(
      new Option(
        '--live <name=command>',
        'put a real server in one place; can be repeated',
      ).argParser(addLive),
    )
    .addOption(
      new Option('--patience <seconds>', 'how long the client may keep an answer waiting')
        .argParser(secondsOf)
        .default(2),
    )
    .option('--report <file>', 'write what was not as recorded to this file, as JSON')
    .option(
      '--strict',
      'exit with 1 also when the order was not kept; refuse recordings with gaps',
    );
  addPlaying(workflow).action(replayWorkflow);
}

function addLive(
  text: string,
  before: ReadonlyMap<string, readonly string[]> = new Map(),
): ReadonlyMap<string, readonly string[]> {
  const at = text.indexOf('=');
  const words = at > 0 ? wordsOf(text.slice(at + 1)) : undefined;
  if (!words || words.length === 0) throw new InvalidArgumentError('It is no NAME=COMMAND');
  return new Map([...before, [text.slice(0, at), words]]);
}

function secondsOf(text: string): number {
  if (/^\d{1,5}(?:\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no number of seconds');
}

/** Commander gives what stands after `--` together with what stands before. */
function clientWords(): readonly string[] {
  const at = process.argv.indexOf('--');
  return at === -1 ? [] : process.argv.slice(at + 1);
}

async function replayWorkflow(words: readonly string[], options: WorkflowOptions): Promise<void> {
  const client = clientWords();
  const files = words.slice(0, words.length - client.length);
  const { writeConfig, json = false, report, strict } = options;
  if (client.length === 0 && writeConfig === undefined) {
    const detail = 'Nobody would be told where the servers are.';
    throw new UserError('wrong-usage', detail, 'Add -- CLIENT, or --write-config FILE.');
  }
  const sessions = await readSessions(files, options);
  const run = await play(sessions, client, options);
  if (report !== undefined) await writeReport(report, run);
  if (json) printJson(run);
  else for (const line of toldWorkflow(run)) remark(line);
  process.exitCode = isAsRecorded(run, strict) ? (run.client ? codeOfEnd(run.client) : 0) : 1;
}

async function readSessions(
  files: readonly string[],
  { strict, live = new Map() }: WorkflowOptions,
): Promise<readonly RecordedSession[]> {
  if (files.length === 0) {
    const hint = 'Write wiretape replay workflow FILE -- CLIENT.';
    throw new UserError('wrong-usage', 'No recording was named.', hint);
  }
  const recordings = await Promise.all(files.map(readRecordingFile));
  const faults = recordings.flatMap(({ problems }, at) =>
    problems.map((problem) => ({ ...problem, file: files[at] ?? '' })),
  );
  reportProblems(faults);
  refuseFaulty(faults, strict);
  const sessions = recordedSessions(recordings.flatMap(({ entries }) => entries));
  const named = files.join(', ');
  for (const session of sessions) refuseIncomplete(named, session, strict);
  const missing = [undefined, ...live.keys()].find(
    (name) => !sessions.some((session) => name === undefined || session.name === name),
  );
  if (sessions.length === 0 || missing !== undefined) {
    const detail = `${named} has no server${missing === undefined ? '' : ` ${missing}`}.`;
    throw new UserError('unknown-session', detail, 'wiretape show lists what is in a recording.');
  }
  return sessions;
}

async function play(
  sessions: readonly RecordedSession[],
  words: readonly string[],
  options: WorkflowOptions,
): Promise<WorkflowRun> {
  const { strict = false, live = new Map<string, readonly string[]>(), patience } = options;
  const workflow = playWorkflow(sessions, {
    ...playingOf(options),
    strict,
    patience: patience * 1000,
    pace: spaced(),
    isLive: (name) => live.has(name),
  });
  const place = await gatePlace(stateOf(options.state));
  const lives = liveServers(live, workflow);
  const folder = await mkdtemp(join(tmpdir(), 'wiretape-replay-'));
  try {
    await using gate = await serveGate({ play: workflow, socket: place, seatFor: lives.seatFor });
    const config = options.writeConfig ?? join(folder, 'mcp.json');
    await writeHostConfig(config, hostConfig(workflow.names, place));
    const end = await served(workflow, { words, config, json: options.json === true });
    // What the client said last is still on its way.
    if (end) await gate.left(LEAVE);
    workflow.close();
    await lives.ended();
    return {
      ...workflow.report(),
      ...(live.size > 0 ? { live: lives.differences } : {}),
      ...(end ? { client: end } : {}),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds that the stand-ins of a client that has ended have to say so. */
const LEAVE = 3000;

/** Until the client has ended; without one, until all is played, or somebody ends it. */
async function served(
  workflow: Play,
  { words, config, json }: Parameters<typeof runClient>[0],
): Promise<ClientEnd | undefined> {
  if (words.length > 0) return await runClient({ words, config, json });
  const count = counted(workflow.names.length, 'recorded server');
  remark(`${count} behind one gate; ${config} leads a host there. Ctrl-C ends.`);
  await Promise.race([workflow.over, endSignal()]);
  return undefined;
}

/** Real servers in the places that the user named, and in what they differ. */
function liveServers(live: ReadonlyMap<string, readonly string[]>, workflow: Pick<Play, 'close'>) {
  const servers: LiveServer[] = [];
  const differences: LiveDifference[] = [];
  let fault: UserError | undefined;
  return {
    differences,
    seatFor(seat: Seat): Seat {
      const command = live.get(seat.session.name);
      if (!command) return seat;
      const failed = (): void => {
        const detail = `${command[0]} cannot be started in the place of ${seat.session.name}.`;
        fault = new UserError('command-not-found', detail, 'Try the words after = alone.');
        workflow.close();
      };
      const differs = (one: LiveDifference) => void differences.push(one);
      const server = liveServer(seat, { command, differs, failed });
      servers.push(server);
      return server.seat;
    },
    async ended(): Promise<void> {
      await Promise.all(servers.map(({ ended }) => ended));
      if (fault) throw fault;
    },
  };
}
