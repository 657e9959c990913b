/**
 * `wiretape diff`: what differs between two recordings or runs, or what separates good runs from bad
 * ones; exit code 1 when something does.
 */
import type { Command } from 'commander';
import { groupBy } from '../model/group.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { comparisonLines, withShortValues } from './diff-text.ts';
import { UserError } from './error.ts';
import { markedRuns, type Sets } from './marked-runs.ts';
import { separationLines } from './separation-text.ts';
import { withSource } from './sessions.ts';
import { type NamedSide, sidesNamed } from './sides.ts';
import { stateOf } from './state.ts';
import { printJson, terminal } from './terminal.ts';

interface DiffOptions extends CommonOptions {
  /** `true`: the option without a word. */
  readonly good?: readonly string[] | true;
  readonly bad?: readonly string[] | true;
}

export function registerDiff(command: Command): void {
  addCommonOptions(command)
    .argument('[a]', 'a file, a session or a run')
    .argument('[b]', 'what it is compared with')
    .option('--good [run...]', 'files, sessions or runs that went well; none: those marked so')
    .option('--bad [run...]', 'files, sessions or runs that did not; none: those marked so')
    .action(diff);
}

async function diff(
  a: string | undefined,
  b: string | undefined,
  options: DiffOptions,
): Promise<void> {
  const { good, bad } = options;
  if (a !== undefined && b !== undefined && !good && !bad) return compare(a, b, options);
  if (a !== undefined) throw wrongUsage('Either two are compared, A and B, or --good with --bad.');
  const named = { good: wordsOf(good), bad: wordsOf(bad) };
  if (named.good.length === 0 && named.bad.length === 0) return separateSets(undefined, options);
  if (named.good.length === 0 || named.bad.length === 0)
    throw wrongUsage('Runs are told apart only where --good and --bad both name some.');
  return separateSets(named, options);
}

function wordsOf(words: readonly string[] | true | undefined): readonly string[] {
  return words === undefined || words === true ? [] : words;
}

async function compare(a: string, b: string, options: CommonOptions): Promise<void> {
  const { compareSides } = await import('../replay/index.ts');
  const [one, other] = await withSource(stateOf(options.state), (source) =>
    sidesNamed(source, [a, b]),
  );
  const comparison = compareSides(one?.side ?? [], other?.side ?? []);
  if (!comparison.equal) process.exitCode = 1;
  if (options.json) return printJson({ a, b, ...withShortValues(comparison) });
  const { line, colors } = terminal();
  for (const text of comparisonLines({ a, b, comparison }, colors)) line(text);
}

/** `named`: the runs of both sets; those that are marked in the store when left out. */
async function separateSets(named: Sets | undefined, options: CommonOptions): Promise<void> {
  const { separate } = await import('../replay/index.ts');
  const { sets, good, bad } = await withSource(stateOf(options.state), async (source) => {
    const found = named ?? (await markedRuns(source));
    const sides = (words: readonly string[]) => sidesNamed(source, words);
    return { sets: found, good: await sides(found.good), bad: await sides(found.bad) };
  });
  refuseTwice([...good, ...bad]);
  const report = separate(
    good.map(({ side }) => side),
    bad.map(({ side }) => side),
  );
  const { workflow } = sets;
  if (report.separations.some(({ confident }) => confident)) process.exitCode = 1;
  if (options.json)
    return printJson({ ...(workflow === undefined ? {} : { workflow }), runs: sets, ...report });
  const { line, colors } = terminal();
  for (const text of separationLines(report, workflow, colors)) line(text);
}

/** A run that counts twice, as itself or in a file, would make evidence of nothing. */
function refuseTwice(sides: readonly NamedSide[]): void {
  const parts = sides.flatMap(({ name, side }) => side.map((part) => ({ name, ...part })));
  for (const own of groupBy(parts, ({ view }) => view.session.id).values()) {
    const places = new Set(own.map(({ trace, from }) => trace ?? from));
    const isOnce = own.length === 1 || (places.size === own.length && !places.has(undefined));
    if (isOnce) continue;
    const names = [...new Set(own.map(({ name }) => name))].slice(0, 3).join(', ');
    throw wrongUsage(`A run counts once, and one is given twice: ${names}.`);
  }
}

function wrongUsage(detail: string): UserError {
  return new UserError('wrong-usage', detail, 'wiretape diff --help says more.');
}
