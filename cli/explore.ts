/** `wiretape explore`: proves a conflict by running the other orders against live servers. */
import { resolve } from 'node:path';
import process from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import { keepJudgements } from '../collector/judgements.ts';
import type { Finding } from '../model/finding.ts';
import type { FootprintRule } from '../model/footprint-rule.ts';
import { judged } from '../model/judgement.ts';
import { shellWord } from '../model/shell-word.ts';
import { CallChoice, ConnectionFault, callNamed } from '../replay/client/index.ts';
import { type Judging, judgementsOf } from '../replay/explore/judgements.ts';
import type { Numbered } from '../replay/explore/operations.ts';
import {
  type Explored,
  exploreRecording,
  type Picked,
  type RecordingOptions,
} from '../replay/explore/recording.ts';
import { type ExploreReport, exploreReport } from '../replay/explore/report.ts';
import { Spent } from '../replay/explore/spent.ts';
import { recordedSessions } from '../replay/index.ts';
import { refOf } from '../replay/report.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { footprintsHere } from './config.ts';
import { systemReason, UserError } from './error.ts';
import { describedServers, readServers, writeServers } from './explore-servers.ts';
import { type KeptWith, linesOfExploration } from './explore-text.ts';
import { redactHere } from './redact-here.ts';
import { refusePlace, writeReport } from './report-file.ts';
import { namedSecret, secretsGiven } from './secrets.ts';
import { type Gathered, gather, reportProblems } from './sessions.ts';
import { stateOf } from './state.ts';
import { printJson, remark, shorten, terminal } from './terminal.ts';

interface ExploreOptions extends CommonOptions {
  readonly servers?: string;
  readonly writeServers?: string;
  readonly finding?: string;
  readonly calls?: readonly string[];
  readonly schedule?: string;
  readonly seed: number;
  readonly budget: number;
  readonly for: number;
  readonly repeat: number;
  readonly timeout: number;
  readonly ordered?: boolean;
  readonly report?: string;
  readonly test?: string;
  readonly resume?: string;
  readonly secret?: readonly string[];
}

export function registerExplore(command: Command): void {
  addCommonOptions(command)
    .argument('<recording...>', 'files, sessions or runs')
    .option('--servers <file>', 'which servers may be run, how, and how they get a fresh start')
    .option('--write-servers <file>', 'begin such a file for the servers of the recording')
    .option('--finding <fingerprint>', 'only the calls of this finding, until it is proved')
    .option(
      '--calls <calls>',
      'only these calls: SESSION:SEQ or TOOL#N, with commas between',
      listed,
    )
    .option('--schedule <text>', 'run exactly this again, as it was printed: 3,7,4+9')
    .option('--seed <n>', 'what is left to chance follows from it', countOf, 1)
    .option('--budget <runs>', 'how many runs are made at most', someOf, 64)
    .option('--for <seconds>', 'how long it may take', secondsOf, 60)
    .option('--repeat <n>', 'how often a group is issued together', someOf, 10)
    .option('--timeout <seconds>', 'how long an answer is waited for', secondsOf, 10)
    .option('--ordered', 'lists, and lines of texts, that differ only in their order differ')
    .option(
      '--secret <name=variable>',
      'a redacted value: the member it stands in, and the variable that has it; can be repeated',
      repeated,
    )
    .option('--report <file>', 'write what was found to this file, as JSON')
    .option('--test <file>', 'write a vitest file that fails as long as what was proved is so')
    .option('--resume <file>', 'keep what was run in this file, and go on from it')
    .action(explored);
}

async function explored(words: string[], options: ExploreOptions): Promise<void> {
  const state = stateOf(options.state);
  const gathered = await gather(words, state);
  reportProblems(gathered.problems);
  const { servers: file, writeServers: begun } = options;
  if (begun !== undefined) {
    await writeServers(begun, gathered.views);
    return remark(`${begun} names the servers; say in it what may be run.`);
  }
  if (file === undefined) {
    const hint = 'Add --servers FILE; wiretape explore RECORDING --write-servers FILE begins one.';
    throw new UserError('wrong-usage', 'Nothing says which servers may be run.', hint);
  }
  await refusePlaces(options);
  const footprints = await footprintsHere(state);
  const known = await findingsIn(gathered, footprints);
  const signal = toldToEnd();
  const pick = await toldToUser(async () => pickedBy(options, gathered, known));
  const result = await endedEarly(signal, options, () =>
    toldToUser(async () => {
      const settings = {
        ...settingsOf(options),
        footprints,
        signal,
        redact: await redactHere(state),
      };
      return run({ ...settings, gathered, file, ...(pick ? { pick } : {}) });
    }),
  );
  if (!result) return;
  const report = exploreReport(result, { seed: options.seed, known });
  if (report.proofs.length > 0) process.exitCode = 1;
  if (report.ended === 'interrupted') tellEnded(options);
  const written = { result, known, pick, state, report, file, gathered };
  const kept = await keepJudged(options, written);
  if (options.json) printJson(report);
  else {
    const { line, colors } = terminal();
    const same = sameAgain(options);
    const again = (course: string): string =>
      `wiretape explore ${words.map(shellWord).join(' ')} --servers ${shellWord(file)} --schedule ${course}${same}`;
    const told = { report, exploration: result.exploration, again, kept };
    for (const text of linesOfExploration(told, colors)) line(text);
  }
  await writeFiles(options, written);
}

/** What takes minutes to find is not to be lost to a misspelt place. */
async function refusePlaces({ report, test, resume }: ExploreOptions): Promise<void> {
  const places = { '--report': report, '--test': test, '--resume': resume };
  for (const [option, file] of Object.entries(places)) {
    if (file !== undefined) await refusePlace(file, option);
  }
}

interface Kept extends Pick<Judging, 'known' | 'pick'> {
  readonly result: Explored;
  readonly state: string;
  readonly report: ExploreReport;
  readonly file: string;
  readonly gathered: Gathered;
}

/** Keeps what findings are told with from now on; undefined where nothing was, or it cannot be. */
async function keepJudged({ test }: ExploreOptions, kept: Kept): Promise<KeptWith | undefined> {
  const { result, state } = kept;
  const place = test === undefined ? undefined : resolve(test);
  const at = new Date().toISOString();
  const judgements = judgementsOf(result, { ...kept, test: place, at });
  try {
    await keepJudgements(state, judgements);
  } catch (error) {
    remark(`What was found cannot be kept in ${state}: ${systemReason(error)}.`);
    return undefined;
  }
  if (judgements.length === 0) return undefined;
  const sessions = new Set(judgements.flatMap((one) => one.sessions));
  const others = judged(kept.known, judgements, sessions).flatMap(({ explored = [] }) =>
    explored.flatMap(({ otherVersions = [] }) => otherVersions),
  );
  return { ran: result.exploration.versions, recorded: [...new Set(others)] };
}

async function writeFiles(
  { report: place, test, secret = [] }: ExploreOptions,
  { report, file, gathered: { entries } }: Kept,
): Promise<void> {
  if (place !== undefined) await writeReport(place, report);
  if (test === undefined || report.proofs.length === 0) return;
  const { writeTest } = await import('./explore-test.ts');
  const servers = await describedServers(file);
  const secrets = secret.map(namedSecret);
  await writeTest(test, { report, entries, servers, serversFile: file, secrets });
}

/** What of the options a schedule has to be run again with. */
function sameAgain({ seed, ordered, state, secret = [] }: ExploreOptions): string {
  return [
    ` --seed ${seed}`,
    ordered ? ' --ordered' : '',
    ...secret.map((one) => ` --secret ${shellWord(one)}`),
    state === undefined ? '' : ` --state ${shellWord(state)}`,
  ].join('');
}

function settingsOf({ seed, repeat, budget, timeout, ordered, resume, ...more }: ExploreOptions) {
  return {
    seed,
    repeat,
    budget,
    longest: more.for * 1000,
    secretOf: secretsGiven(more.secret ?? []).secretOf,
    timeout: timeout * 1000,
    ordered: ordered === true,
    ...(resume === undefined ? {} : { resume }),
  };
}

interface Running extends Omit<RecordingOptions, 'entries' | 'servers' | 'onRun' | 'onProof'> {
  readonly gathered: Gathered;
}

async function run({ gathered, ...options }: Running): Promise<Explored> {
  const progress = progressOn(process.stderr, options);
  try {
    return await exploreRecording({
      ...options,
      entries: gathered.entries,
      servers: await readServers(options.file),
      onRun: progress.show,
      onProof: progress.proved,
    });
  } finally {
    progress.clear();
  }
}

/** The exit code of a program that SIGINT ended. */
const INTERRUPTED = 130;

/** What the work gives; undefined when somebody ended it before there was anything to tell. */
async function endedEarly<T>(
  signal: AbortSignal,
  options: ExploreOptions,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    tellEnded(options);
    return undefined;
  }
}

/** Whoever ended it is told how to go on. */
function tellEnded({ resume }: ExploreOptions): void {
  const next =
    resume === undefined
      ? 'With --resume FILE the same command could go on from here.'
      : 'The same command goes on from here.';
  remark(`It was ended before it was done. ${next}`);
  process.exitCode = INTERRUPTED;
}

/** How far it is, on one line of a terminal; nothing in a pipe. */
function progressOn(
  stream: NodeJS.WriteStream,
  { budget, longest }: Pick<RecordingOptions, 'budget' | 'longest'>,
) {
  const start = performance.now();
  let proved = 0;
  const seconds = (time: number): number => Math.round(time / 1000);
  const write = (text: string): void => {
    if (stream.isTTY) stream.write(`\r\u001b[2K${text}`);
  };
  return {
    show(runs: number, course: string) {
      const time = `${seconds(performance.now() - start)} of ${seconds(longest)} s`;
      const found = proved === 0 ? '' : `, ${proved} proved`;
      const how = course.includes('+') ? 'together' : 'in order';
      write(`run ${runs} of at most ${budget}, ${time}${found}: ${how} ${shorten(course, 30)}`);
    },
    proved(count: number) {
      proved = count;
    },
    clear: () => write(''),
  };
}

async function findingsIn(
  { views }: Gathered,
  footprints: readonly FootprintRule[],
): Promise<readonly Finding[]> {
  const { analyse } = await import('../analysis/index.ts');
  return analyse(views, { footprints });
}

function pickedBy(
  { finding, calls, schedule }: ExploreOptions,
  { entries }: Gathered,
  known: readonly Finding[],
): Picked | undefined {
  const given = [finding, calls, schedule].filter((one) => one !== undefined);
  if (given.length > 1) {
    const detail = '--finding, --calls and --schedule each say what is run.';
    throw new UserError('wrong-usage', detail, 'Give one of them.');
  }
  if (schedule !== undefined) return { course: schedule };
  if (finding !== undefined) return { finding: findingNamed(known, finding) };
  if (calls === undefined) return undefined;
  const sessions = recordedSessions(entries);
  const chosen = new Set(calls.map((word) => refOf(callNamed(sessions, word).call)));
  return { isChosen: ({ operation }: Numbered) => chosen.has(refOf(operation.call)) };
}

function findingNamed(known: readonly Finding[], wanted: string): Finding {
  const found = known.filter(({ fingerprint }) => fingerprint.startsWith(wanted));
  if (found[0]) return found[0];
  const hint = 'wiretape check --json gives the fingerprint of each.';
  throw new UserError('unknown-finding', `The recording has no finding ${wanted}.`, hint);
}

async function toldToUser<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectionFault) {
      const hint = 'The servers file says how it is started or reached; try that yourself.';
      throw new UserError(error.code, `${error.message}.`, hint);
    }
    if (error instanceof CallChoice) {
      throw new UserError(error.code, `${error.message}.`, 'wiretape show lists the calls.');
    }
    throw error;
  }
}

/** As when what it was given is spent, so that what was found by then is told. */
function toldToEnd(): AbortSignal {
  const told = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => told.abort(new Spent()));
  }
  return told.signal;
}

function repeated(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

function listed(text: string): readonly string[] {
  return text.split(',').filter((word) => word !== '');
}

function countOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number');
}

function someOf(text: string): number {
  const count = countOf(text);
  if (count > 0) return count;
  throw new InvalidArgumentError('With none nothing would be run');
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && seconds > 0) return seconds;
  throw new InvalidArgumentError('It is no number of seconds');
}
