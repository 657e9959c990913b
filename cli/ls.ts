/** `wiretape ls`: every session, the newest first. */
import type { Command } from 'commander';
import { groupBy } from '../model/group.ts';
import type { Mark, RunMark } from '../model/mark.ts';
import type { SessionSummary } from '../model/summary.ts';
import { type Run, workflows } from '../model/workflow.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { localTime } from './durations.ts';
import { newestFirst, withSource } from './sessions.ts';
import { stateOf } from './state.ts';
import { printJson, remark, table, terminal } from './terminal.ts';

export function registerLs(command: Command): void {
  addCommonOptions(command).action(list);
}

async function list(options: CommonOptions): Promise<void> {
  const state = stateOf(options.state);
  const { all, marks } = await withSource(state, async (source) => ({
    all: await source.summaries(),
    marks: await source.marks(),
  }));
  const sessions = newestFirst(all);
  const runs = runsOf(all, marks);
  if (options.json) return printJson({ sessions, runs });
  if (sessions.length === 0)
    return remark('No session is recorded yet. wiretape demo records some.');
  const { line, colors } = terminal();
  const length = prefixLength(sessions.map(({ id }) => id));
  const listing = { length, runs: bySession(runs) };
  const columns = [
    { title: 'SESSION', paint: colors.cyan },
    { title: 'NAME', paint: colors.bold },
    { title: 'STARTED' },
    { title: 'CALLS', align: 'right' },
    { title: 'OPEN', align: 'right' },
    { title: 'ERRORS', align: 'right' },
    { title: 'STATE' },
    { title: 'RUN' },
    { title: 'MARK' },
    { title: 'SERVER' },
    { title: 'WORKFLOW' },
  ] as const;
  for (const text of table(
    columns,
    sessions.map((session) => rowOf(session, listing)),
  ))
    line(text);
}

/** A run as it is listed: what `check`, `diff` and `mark` take, and how it is marked. */
interface ListedRun extends Run {
  readonly mark?: Mark;
}

/** All runs, the newest of each workflow first. */
function runsOf(all: readonly SessionSummary[], marks: readonly RunMark[]): ListedRun[] {
  const marked = new Map(marks.map(({ run, mark }) => [run, mark]));
  return workflows(all).flatMap(({ runs }) =>
    runs.map((run) => {
      const mark = marked.get(run.id);
      return mark === undefined ? run : { ...run, mark };
    }),
  );
}

/** The runs that each session is part of. */
function bySession(runs: readonly ListedRun[]): ReadonlyMap<string, readonly ListedRun[]> {
  const parts = runs.flatMap((run) => run.sessions.map((session) => ({ session, run })));
  const groups = groupBy(parts, ({ session }) => session);
  return new Map([...groups].map(([session, own]) => [session, own.map(({ run }) => run)]));
}

interface Listing {
  /** Characters of an id. */
  readonly length: number;
  readonly runs: ReadonlyMap<string, readonly ListedRun[]>;
}

function rowOf(session: SessionSummary, { length, runs }: Listing): string[] {
  const { id, name, wall, callCount, openCount, errorCount, server, workflow, host } = session;
  return [
    id.slice(0, length),
    name,
    localTime(wall),
    String(callCount),
    openCount === 0 ? '' : String(openCount),
    errorCount === 0 ? '' : String(errorCount),
    stateText(session),
    ...runCells(runs.get(id) ?? []),
    server ? `${server.name} ${server.version}` : '',
    workflow ?? host?.name ?? '',
  ];
}

/** The newest run that a session is part of, how many others there are, and how they are marked. */
function runCells(runs: readonly ListedRun[]): [string, string] {
  const more = runs.length > 1 ? ` +${runs.length - 1}` : '';
  const marks = new Set(runs.flatMap(({ mark }) => mark ?? []));
  return [`${runs[0]?.id ?? ''}${more}`, [...marks].join(', ')];
}

function stateText({ phase, exit, lostCount, probe }: SessionSummary): string {
  const end = exit ? `exit ${exit.signal ?? exit.code}` : phase;
  return [end, ...(probe ? ['probe'] : []), ...(lostCount > 0 ? [`${lostCount} lost`] : [])].join(
    ', ',
  );
}

/** How many characters tell all ids apart, at least the ten that are a session's time. */
export function prefixLength(ids: readonly string[]): number {
  const longest = Math.max(...ids.map((id) => id.length));
  for (let length = 10; length < longest; length++) {
    if (new Set(ids.map((id) => id.slice(0, length))).size === ids.length) return length;
  }
  return longest;
}
