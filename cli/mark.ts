/** `wiretape mark`: says that a run was good or bad, so that `diff` can tell the two apart. */
import { type Command, InvalidArgumentError } from 'commander';
import { isMark, type Mark } from '../model/mark.ts';
import type { SessionSummary } from '../model/summary.ts';
import { type Run, workflows } from '../model/workflow.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { UserError } from './error.ts';
import { chooseSession, isFile, runNamed, withSource } from './sessions.ts';
import { stateOf } from './state.ts';
import { printJson, remark } from './terminal.ts';

export function registerMark(command: Command): void {
  addCommonOptions(command)
    .argument('<run>', 'a run, or a session that is part of one run only')
    .argument('<mark>', 'good, bad, or none to take the mark away', markOf)
    .action(mark);
}

function markOf(text: string): Mark | 'none' {
  if (isMark(text) || text === 'none') return text;
  throw new InvalidArgumentError('A run is good, bad or none.');
}

async function mark(word: string, said: Mark | 'none', options: CommonOptions): Promise<void> {
  const run = await withSource(stateOf(options.state), async (source) => {
    if (await isFile(word)) throw fileNamed(word);
    const found = runOf(await source.summaries(), word);
    const kept = await source.mark(found, said === 'none' ? undefined : said);
    if (!kept) throw notKept(found);
    return found;
  });
  if (options.json) return printJson({ run: run.id, mark: said === 'none' ? null : said });
  remark(said === 'none' ? `${run.id} has no mark.` : `${run.id} is marked ${said}.`);
}

/** The run of this id, else the only run that the session of this name or id is part of. */
function runOf(all: readonly SessionSummary[], word: string): Run {
  const named = runNamed(all, word);
  if (named) return named;
  const session = chooseSession(all, word);
  const runs = workflows(all)
    .flatMap((workflow) => workflow.runs)
    .filter(({ sessions }) => sessions.includes(session.id));
  const [only, ...others] = runs;
  if (only && others.length === 0) return only;
  const ids = runs.slice(0, 10).map(({ id }) => id);
  const listed = `${ids.join(', ')}${runs.length > ids.length ? ', …' : ''}`;
  const detail = `${word} is part of ${runs.length} runs: ${listed}.`;
  throw new UserError('ambiguous-session', detail, 'Name the run itself.');
}

function fileNamed(word: string): UserError {
  const detail = `${word} is a file, and marks are kept with runs.`;
  return new UserError('wrong-usage', detail, 'Give files to wiretape diff with --good and --bad.');
}

function notKept({ id }: Run): UserError {
  const detail = `${id} is only in the journals of its taps; marks are kept by a collector.`;
  return new UserError('not-collected', detail, 'wiretape open starts one, which takes it in.');
}
