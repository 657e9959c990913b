/** `wiretape stuck`: who owes the next move in every open or late call; exit code 1 when one waits. */
import process, { hrtime } from 'node:process';
import type { Command } from 'commander';
import type { Blame } from '../analysis/index.ts';
import { nameOf, type SessionView } from '../model/session.ts';
import { shellWord } from '../model/shell-word.ts';
import type { SessionSummary } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { duration } from './durations.ts';
import { chooseSessions, gatherViews, isFile, reportProblems, withSource } from './sessions.ts';
import type { Source } from './source.ts';
import { stateOf } from './state.ts';
import { type Colors, printJson, shorten, terminal, visible } from './terminal.ts';

/** What waits, with the names of its sessions. */
interface Stuck {
  readonly blames: readonly Blame[];
  readonly names: ReadonlyMap<string, string>;
}

export function registerStuck(command: Command): void {
  addCommonOptions(command)
    .argument('[session]', 'a session, a run or a file; none: every session that has not ended')
    .action(stuck);
}

async function stuck(word: string | undefined, options: CommonOptions): Promise<void> {
  const state = stateOf(options.state);
  const isInFile = word !== undefined && (await isFile(word));
  const { blames, names } = isInFile
    ? await stuckInFile(word, state)
    : await withSource(state, (source) => stuckIn(source, word));
  if (blames.length > 0) process.exitCode = 1;
  if (options.json) return printJson({ stuck: blames });
  const { line, colors } = terminal();
  const from = isInFile ? word : undefined;
  for (const blame of blames) {
    for (const text of [...linesOf(blame, names, colors), againText(blame, from, colors), ''])
      line(text);
  }
  if (blames.length === 0) line('No call waits.');
}

async function stuckIn(source: Source, word: string | undefined): Promise<Stuck> {
  const all = await source.summaries();
  const chosen = word === undefined ? all.filter(isOpen) : chooseSessions(all, word);
  const names = new Map(chosen.map(({ id, name }) => [id, name]));
  const ids = chosen.map(({ id }) => id);
  if (ids.length === 0) return { blames: [], names };
  if (source.api) return { blames: await source.api.stuck(ids), names };
  const live = await Promise.all(chosen.map((session) => source.isLive(session)));
  const blames = await blamesIn(
    viewsOf(await source.entries(ids)),
    (id) => live[ids.indexOf(id)] === true,
  );
  return { blames, names };
}

async function stuckInFile(file: string, state: string): Promise<Stuck> {
  const { views, problems } = await gatherViews([file], state);
  reportProblems(problems);
  const names = new Map(views.map(({ session }) => [session.id, nameOf(session)]));
  return { blames: await blamesIn(views, () => false), names };
}

async function blamesIn(
  views: readonly SessionView[],
  isLive: (session: string) => boolean,
): Promise<readonly Blame[]> {
  const { blame } = await import('../analysis/index.ts');
  return views.flatMap((view) =>
    blame(view, isLive(view.session.id) ? nowIn(view) : view.session.lastAt),
  );
}

/** Now on the clock of a session whose tap runs on this machine, in µs. */
function nowIn({ session }: SessionView): number {
  const start = BigInt(session.head?.clock.monotonic ?? hrtime.bigint());
  return Number((hrtime.bigint() - start) / 1000n);
}

function isOpen({ phase }: SessionSummary): boolean {
  return phase !== 'ended';
}

/** What people read of a name and of a sentence, in characters; `--json` has all. */
const NAME = 80;
const SENTENCE = 600;

const OVER: ReadonlySet<Blame['cause']> = new Set(['late-answer', 'process-gone', 'client-gone']);

/** How the call is made again without its host; `file`: the recording it is in, when it is none of the store. */
function againText({ session, call }: Blame, file: string | undefined, colors: Colors): string {
  const words = [
    file === undefined ? session : shellWord(visible(file)),
    '--only',
    call,
    '-- COMMAND',
  ];
  return colors.dim(`Without the host: wiretape replay client ${words.join(' ')}`);
}

function linesOf(blame: Blame, names: Stuck['names'], colors: Colors): string[] {
  const { session, method, subject, waited, cause, sentence, evidence, confirm } = blame;
  const name = shorten(visible(names.get(session) ?? session), NAME);
  const what = shorten(visible(subject ?? method), NAME);
  const verb = OVER.has(cause) ? 'waited' : 'waiting';
  const references = evidence.map(({ message }) => colors.cyan(visible(message))).join(', ');
  return [
    `${colors.bold(name)} · ${what} · ${colors.yellow(`${verb} ${duration(waited)}`)}`,
    shorten(visible(sentence), SENTENCE),
    `Evidence: ${references}.`,
    ...(confirm === undefined ? [] : [colors.dim(`To make sure: ${visible(confirm)}`)]),
  ];
}
