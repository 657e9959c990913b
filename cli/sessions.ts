/**
 * From the words of a command line to sessions: a word is a recording file, a session (its id, the
 * start of it, or its name), or a run. Nothing else of the commands knows where entries come from.
 */
import { stat } from 'node:fs/promises';
import type { Entry } from '../model/entry.ts';
import type { Problem } from '../model/recording.ts';
import type { WholeView } from '../model/session.ts';
import type { SessionSummary } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import { type Run, workflows } from '../model/workflow.ts';
import { withoutDoubles } from './doubles.ts';
import { UserError } from './error.ts';
import { openRecordingFile, readRecordingFile } from './recording-file.ts';
import { openSource, type Source } from './source.ts';
import { remark } from './terminal.ts';

/** Sessions with their entries, and what was found wrong with the files they came from. */
export interface Gathered {
  readonly entries: readonly Entry[];
  /** All sessions beside which those of the state folder stand; none where all come from files. */
  readonly around: readonly SessionSummary[];
  readonly views: readonly WholeView[];
  readonly problems: readonly FileProblem[];
}

export interface FileProblem extends Problem {
  readonly file: string;
}

/** All sessions that the words name, each once. Files are read; sessions come from `state`. */
export async function gather(words: readonly string[], state: string): Promise<Gathered> {
  const entries: Entry[] = [];
  const problems: FileProblem[] = [];
  const named: string[] = [];
  for (const word of words) {
    if (await isFile(word)) {
      const recording = await readRecordingFile(word);
      for (const entry of recording.entries) entries.push(entry);
      problems.push(...recording.problems.map((problem) => ({ ...problem, file: word })));
    } else named.push(word);
  }
  const stored = await fromState(state, named);
  for (const entry of stored.entries) entries.push(entry);
  const once = withoutDoubles(entries);
  return { entries: once, around: stored.all, views: viewsOf(once), problems };
}

/** The same without the entries, which are never held all at once where they come from files. */
export async function gatherViews(
  words: readonly string[],
  state: string,
): Promise<Omit<Gathered, 'entries' | 'around'> & Pick<Placed, 'files'>> {
  const areFiles = await Promise.all(words.map(isFile));
  const files = words.filter((_, at) => areFiles[at]);
  const named = words.filter((_, at) => !areFiles[at]);
  const readings = await Promise.all(
    files.map(async (file) => ({ file, reading: await openRecordingFile(file) })),
  );
  const { entries } = await fromState(state, named);
  const placed: Placed = { files: new Map() };
  const read = readings.map(({ file, reading }) => noted(reading.entries, file, placed));
  const views = viewsOf(allOf([...read, entries]));
  const problems = readings.flatMap(({ file, reading }) =>
    reading.problems().map((problem) => ({ ...problem, file })),
  );
  return { views, problems, ...placed };
}

interface Placed {
  /** The files that each session is in, as they were named. */
  readonly files: Map<string, Set<string>>;
}

function* noted(entries: Iterable<Entry>, file: string, { files }: Placed): Generator<Entry> {
  let last: string | undefined;
  for (const entry of entries) {
    if (entry.session !== last) {
      last = entry.session;
      files.set(last, (files.get(last) ?? new Set()).add(file));
    }
    yield entry;
  }
}

function* allOf(lists: readonly Iterable<Entry>[]): Generator<Entry> {
  for (const list of lists) yield* list;
}

interface Stored {
  readonly all: readonly SessionSummary[];
  /** Of the sessions that were named. */
  readonly entries: readonly Entry[];
}

async function fromState(state: string, words: readonly string[]): Promise<Stored> {
  if (words.length === 0) return { all: [], entries: [] };
  return await withSource(state, async (source) => {
    const all = await source.summaries();
    const chosen = words.flatMap((word) => chooseSessions(all, word));
    const entries = await source.entries([...new Set(chosen.map(({ id }) => id))]);
    return { all, entries };
  });
}

/** Opens the source of a state folder for one piece of work. */
export async function withSource<T>(
  state: string,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const source = await openSource(state);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

/** Tells people on stderr what a file lacked; the command goes on with what is there. */
export function reportProblems(problems: readonly FileProblem[]): void {
  for (const { file, detail } of problems.slice(0, 20)) remark(`${file}: ${detail}.`);
  if (problems.length > 20)
    remark(`${problems.length - 20} further faults; wiretape validate lists them.`);
}

/** Whether a word is a file that is there; one that only looks like a file is refused. */
export async function isFile(word: string): Promise<boolean> {
  const found = await stat(word).catch(() => undefined);
  if (found?.isFile()) return true;
  if (!/[\\/]|\.(?:jsonl|gz|json)$/.test(word)) return false;
  throw new UserError(
    'no-such-file',
    found ? `${word} is no file.` : `There is no file ${word}.`,
    'A session is named by its id or its name.',
  );
}

/** The sessions a word names: those of a run, else one session. */
export function chooseSessions(all: readonly SessionSummary[], word: string): SessionSummary[] {
  const run = runNamed(all, word);
  return run ? all.filter(({ id }) => run.sessions.includes(id)) : [chooseSession(all, word)];
}

/** The run with this id. */
export function runNamed(all: readonly SessionSummary[], word: string): Run | undefined {
  const runs = workflows(all).flatMap((workflow) => workflow.runs);
  return runs.find(({ id }) => id === word);
}

/** The session with this id, else the only one whose id starts so, else the newest of this name. */
export function chooseSession(all: readonly SessionSummary[], word: string): SessionSummary {
  if (word === '') {
    const hint = 'wiretape ls lists the sessions.';
    throw new UserError('unknown-session', 'No session has an empty name.', hint);
  }
  const id = word.toUpperCase();
  const exact = all.find((session) => session.id === id || session.id === word);
  if (exact) return exact;
  const named = newestFirst(all.filter(({ name }) => name === word));
  if (named[0]) return named[0];
  const [first, ...others] = all.filter((session) => session.id.toUpperCase().startsWith(id));
  if (first === undefined) {
    const hint = 'wiretape ls lists the sessions.';
    throw new UserError('unknown-session', `There is no session, run or file ${word}.`, hint);
  }
  if (others.length === 0) return first;
  throw new UserError(
    'ambiguous-session',
    `${others.length + 1} sessions start with ${word}.`,
    'Give more of the id; wiretape ls lists the sessions.',
  );
}

export function newestFirst(sessions: readonly SessionSummary[]): SessionSummary[] {
  return [...sessions].sort((a, b) =>
    a.wall < b.wall ? 1 : a.wall > b.wall ? -1 : b.start - a.start,
  );
}

/** The newest run of the workflow with the newest message. */
export function newestRun(all: readonly SessionSummary[]): Run | undefined {
  return workflows(all)[0]?.runs[0];
}
