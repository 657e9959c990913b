/** `wiretape replay client`: what a recorded client said, said again to a live server. */
import process from 'node:process';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  AmbiguousValue,
  CallChoice,
  type ClientReport,
  ConnectionFault,
  callNamed,
  connectCommand,
  connectUrl,
  listedTools,
  masksFor,
  OVERLAPS,
  type Overlap,
  type ReplayClientOptions,
  replayClient,
  unknownSecretsOf,
  unsendable,
} from '../replay/client/index.ts';
import { MaskRefusal } from '../replay/declared-masks.ts';
import {
  type RecordedSession,
  recordedSessions,
  SessionChoice,
  sessionOf,
} from '../replay/index.ts';
import { UserError } from './error.ts';
import { redactHere } from './redact-here.ts';
import { linesOfReport } from './replay-client-text.ts';
import { recordingUpdate, type Update } from './replay-update.ts';
import { writeReport } from './report-file.ts';
import { secretsGiven } from './secrets.ts';
import { gather, reportProblems } from './sessions.ts';
import { stateOf } from './state.ts';
import { printJson, remark, terminal } from './terminal.ts';

interface ClientOptions {
  readonly session?: string;
  readonly url?: string;
  readonly only?: string;
  readonly overlap: Overlap;
  readonly timeout: number;
  readonly control?: number;
  readonly controlCommand?: string;
  readonly mask?: readonly string[];
  readonly secret?: readonly string[];
  readonly report?: string;
  readonly strict?: boolean;
  readonly update?: string;
  readonly json?: boolean;
  readonly state?: string;
}

export function registerReplayClient(command: Command): void {
  command
    .argument('<recording>', 'a file, a session or a run')
    .argument('[command...]', 'the server and its arguments, after --')
    .option('--url <url>', 'the server is reached over HTTP at this address')
    .option('--session <name>', 'which session: a name or an id; needed when there are several')
    .option(
      '--only <call>',
      'one call with its handshake: SESSION:SEQ, TOOL, METHOD or METHOD/TOOL, with #N for the Nth',
    )
    .addOption(
      new Option('--overlap <how>', 'which calls overlap: as recorded, none, or as many as can')
        .choices(OVERLAPS)
        .default('recorded'),
    )
    .option('--timeout <seconds>', 'how long an answer is waited for', secondsOf, 30)
    .option(
      '--control <n>',
      'first run the server n times (2 or more) against itself, to learn what differs from run to run',
      runsOf,
    )
    .option('--control-command <words>', 'the server of these runs, split at spaces; else the same')
    .option(
      '--mask <mask>',
      'METHOD:/POINTER=TYPE or TOOL:/POINTER=TYPE: a value that may be another one of its type; can be repeated',
      repeated,
    )
    .option(
      '--secret <name=variable>',
      'a redacted value: the member it stands in, and the variable that has it; can be repeated',
      repeated,
    )
    .option('--report <file>', 'write what was compared and what differs to this file, as JSON')
    .option('--strict', 'refuse what cannot be sent or compared as it was recorded')
    .option('--update <file>', 'write what the live server says now as a recording')
    .option('--json', 'print one JSON document')
    .option('--state <dir>', 'the state folder; else that of the user')
    .action(replayRecordedClient);
}

async function replayRecordedClient(
  word: string,
  words: readonly string[],
  options: ClientOptions,
): Promise<void> {
  const state = stateOf(options.state);
  const { entries, problems } = await gather([word], state);
  reportProblems(problems);
  const told = await toldToUser(async () => {
    const { session, only } = chosen(recordedSessions(entries), options);
    refuseUnreadable(session, options);
    const masks = masksFor(options.mask ?? [], session);
    const update = await recordingUpdate({ file: options.update, name: session.name, state });
    try {
      const report = await replayClient({
        session,
        ...(only ? { only } : {}),
        overlap: options.overlap,
        timeout: options.timeout * 1000,
        masks,
        secretOf: secretsOf(session, only, options),
        redact: await redactHere(state),
        signal: toldToEnd(),
        // People wait for the control runs; a pipe is told nothing.
        ...(process.stderr.isTTY && options.control !== undefined ? { onRun: remark } : {}),
        ...(await connections(words, options, { update, session })),
      });
      if (report.broken === undefined) await update?.finish();
      else if (update) remark(`${options.update} was not written: the run broke off.`);
      return report;
    } finally {
      await update?.close();
    }
  });
  if (options.report !== undefined) await writeReport(options.report, told);
  if (!told.equal) process.exitCode = 1;
  if (options.json) return printJson(told);
  const { line, colors } = terminal();
  for (const text of linesOfReport(told, colors)) line(text);
}

/** Whoever ends us early still gets the report, and leaves no server behind. */
function toldToEnd(): AbortSignal {
  const told = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => told.abort());
  }
  return told.signal;
}

/** Faults of other rooms as what a user is told. */
async function toldToUser(work: () => Promise<ClientReport>): Promise<ClientReport> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionChoice) {
      throw new UserError(error.code, `${error.message}.`, 'Name one with --session.');
    }
    if (error instanceof CallChoice) {
      throw new UserError(error.code, `${error.message}.`, 'wiretape show lists the calls.');
    }
    if (error instanceof MaskRefusal) throw new UserError(error.code, error.message, error.hint);
    if (error instanceof ConnectionFault) {
      const hint =
        error.code === 'server-unreachable'
          ? 'The address is that of the MCP endpoint itself, such as http://localhost:3000/mcp.'
          : 'Start it yourself to see what it says.';
      throw new UserError(error.code, `${error.message}.`, hint);
    }
    if (error instanceof AmbiguousValue) {
      const hint =
        'Replay the calls before it one by one with --only, or make the value one again.';
      throw new UserError(error.code, `${error.message}.`, hint);
    }
    throw error;
  }
}

type Chosen = Pick<ReplayClientOptions, 'session' | 'only'>;

function chosen(all: readonly RecordedSession[], { session: wanted, only }: ClientOptions): Chosen {
  if (only === undefined) return { session: sessionOf(all, wanted) };
  const { session, call } = callNamed(wanted === undefined ? all : [sessionOf(all, wanted)], only);
  return { session, only: call };
}

/** Refuses a recording that has no messages to send, and with --strict one that lacks some. */
function refuseUnreadable(recorded: RecordedSession, { strict }: ClientOptions): void {
  const { session, name } = recorded;
  if (session.head?.capture === 'metadata') {
    const detail = `${name} holds no messages: it was captured as metadata.`;
    throw new UserError(
      'incomplete-recording',
      detail,
      'Record it again without --capture metadata.',
    );
  }
  const isLossy = session.gaps.length > 0 || session.unread.length > 0;
  if (strict && (isLossy || unsendable(recorded).length > 0)) {
    const detail = `The recording lacks messages of the session ${name}.`;
    throw new UserError('incomplete-recording', detail, 'Without --strict, what is there is sent.');
  }
}

/** The values of redacted secrets, from the environment; says what nobody gave. */
function secretsOf(
  session: RecordedSession,
  only: Chosen['only'],
  { secret = [], strict }: ClientOptions,
): ReplayClientOptions['secretOf'] {
  const { secretOf, unused } = secretsGiven(secret);
  const [first, ...others] = unknownSecretsOf({ session, ...(only ? { only } : {}), secretOf });
  for (const name of unused) remark(`--secret ${name}: nothing that is sent was redacted as that.`);
  if (!first) return secretOf;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const detail = `A value was redacted when it was recorded: ${first.name} in ${first.entry} is ${first.placeholder}${more}.`;
  const hint = `Give it with --secret ${first.name}=VARIABLE.`;
  if (strict) throw new UserError('redacted-value', detail, hint);
  remark(`${detail} It is sent so. ${hint}`);
  return secretOf;
}

type Connections = Pick<ReplayClientOptions, 'connect' | 'control'>;

/** The live server: a command or an address, never what the recording names. */
async function connections(
  words: readonly string[],
  { url, control, controlCommand }: ClientOptions,
  { update, session }: { update: Update | undefined; session: RecordedSession },
): Promise<Connections> {
  if ((url === undefined) === (words.length === 0)) {
    const detail = url === undefined ? 'No server was named.' : 'A replay drives one server.';
    throw new UserError(
      url === undefined ? 'no-command' : 'wrong-usage',
      detail,
      'Write wiretape replay client RECORDING -- COMMAND ARGUMENTS, or name an address with --url.',
    );
  }
  const connectWords = ([command = '', ...args]: readonly string[]) =>
    connectCommand({ command, args, environment: process.env });
  const connectAddress = (address: URL) => connectUrl(address, listedTools(session));
  const own = url === undefined ? connectWords(words) : connectAddress(addressOf(url));
  const connect =
    update === undefined
      ? own
      : url === undefined
        ? connectWords(update.commandFor(words))
        : connectAddress(await update.addressFor(addressOf(url)));
  if (control === undefined) return { connect };
  const other = controlCommand?.split(' ').filter((word) => word !== '');
  return { connect, control: { runs: control, connect: other ? connectWords(other) : own } };
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  const hint = 'Write it as its clients do, such as http://localhost:3000/mcp.';
  throw new UserError('wrong-usage', `${text} is no address of an HTTP server.`, hint);
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && seconds > 0) return seconds;
  throw new InvalidArgumentError('It is no number of seconds');
}

function runsOf(text: string): number {
  if (/^([2-9]|\d{2})$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 2 to 99');
}

function repeated(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}
