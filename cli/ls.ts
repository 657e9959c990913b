/** `wiretape ls`: every session, the newest first. */
import type { Command } from 'commander';
import type { SessionSummary } from '../model/summary.ts';
import { addCommand, type CommonOptions } from './command.ts';
import { localTime } from './durations.ts';
import { newestFirst, withSource } from './sessions.ts';
import { stateOf } from './state.ts';
import { printJson, remark, table, terminal } from './terminal.ts';

export function registerLs(program: Command): void {
  addCommand(program, 'ls', 'list the sessions, the newest first').action(list);
}

async function list(options: CommonOptions): Promise<void> {
  const state = stateOf(options.state);
  const sessions = newestFirst(await withSource(state, (source) => source.summaries()));
  if (options.json) return printJson({ sessions });
  if (sessions.length === 0)
    return remark('No session is recorded yet. wiretape demo records some.');
  const { line, colors } = terminal();
  const length = prefixLength(sessions.map(({ id }) => id));
  const columns = [
    { title: 'SESSION', paint: colors.cyan },
    { title: 'NAME', paint: colors.bold },
    { title: 'STARTED' },
    { title: 'CALLS', align: 'right' },
    { title: 'OPEN', align: 'right' },
    { title: 'ERRORS', align: 'right' },
    { title: 'STATE' },
    { title: 'SERVER' },
    { title: 'WORKFLOW' },
  ] as const;
  for (const text of table(
    columns,
    sessions.map((session) => rowOf(session, length)),
  ))
    line(text);
}

function rowOf(session: SessionSummary, length: number): string[] {
  const { id, name, wall, callCount, openCount, errorCount, server, workflow, host } = session;
  return [
    id.slice(0, length),
    name,
    localTime(wall),
    String(callCount),
    openCount === 0 ? '' : String(openCount),
    errorCount === 0 ? '' : String(errorCount),
    stateText(session),
    server ? `${server.name} ${server.version}` : '',
    workflow ?? host?.name ?? '',
  ];
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
