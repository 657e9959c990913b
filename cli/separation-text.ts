/** What separates good runs from bad ones, as a terminal shows it. */
import type { Separation, SeparationReport } from '../replay/index.ts';
import { duration } from './durations.ts';
import { type Colors, counted, shorten, visible } from './terminal.ts';

/** How many are told of those that are told from chance, of others, and with one; `--json` has all. */
const TOLD = 10;
const OTHERS = 3;
const WITH = 5;
const WIDTH = 240;

export function separationLines(
  report: SeparationReport,
  workflow: string | undefined,
  colors: Colors,
): string[] {
  const { separations } = report;
  const confident = separations.filter((one) => one.confident);
  const others = separations.filter((one) => !one.confident);
  const about = workflow === undefined ? '' : ` of ${visible(workflow)}`;
  return [
    colors.bold(`${counted(report.good, 'good run')}, ${counted(report.bad, 'bad run')}${about}`),
    '',
    ...ranked(confident, { from: 1, most: TOLD }, colors),
    ...verdict(report, confident.length),
    '',
    ...(others.length > 0 ? [colors.dim('Not told from chance:'), ''] : []),
    ...ranked(others, { from: confident.length + 1, most: OTHERS }, colors),
    lookedAt(report),
  ];
}

function verdict(report: SeparationReport, confident: number): string[] {
  const { tooFew, attainable, separations, good, bad } = report;
  if (tooFew) {
    return [
      `Too few runs to tell: with ${good} good and ${bad} bad, even what all of one kind have and none of the other`,
      `comes about by chance in ${percent(attainable)} of cases. Four of each are enough for such a difference.`,
    ];
  }
  if (confident > 0) return [`${counted(confident, 'difference')} told from chance.`];
  if (separations.length === 0) return ['Nothing differs between the runs.'];
  return ['Nothing tells the good runs from the bad ones.'];
}

function ranked(
  separations: readonly Separation[],
  { from, most }: { readonly from: number; readonly most: number },
  colors: Colors,
): string[] {
  const shown = separations.slice(0, most);
  const more = separations.length - shown.length;
  return [
    ...shown.flatMap((one, at) => [...linesOf(one, from + at, colors), '']),
    ...(more > 0 ? [`and ${more} more`, ''] : []),
  ];
}

function linesOf(one: Separation, rank: number, colors: Colors): string[] {
  const { kind, statement, chance, adjusted, examples } = one;
  const shown = [examples.good, examples.bad].map((reference, at) =>
    reference === undefined
      ? []
      : `${at === 0 ? 'good' : 'bad'} ${colors.cyan(visible(reference))}`,
  );
  const same = one.with
    .slice(0, WITH)
    .map(({ statement: other, in: side }) => `     with it, in the ${side} ones: ${cut(other)}`);
  const more = one.withCount - same.length;
  return [
    `${`${rank}.`.padEnd(4)} ${colors.yellow(kind)}  ${cut(statement)}`,
    `     ${holdsIn(one)}; by chance ${percent(chance)}, among all that was looked at ${percent(adjusted)}`,
    `     ${shown.flat().join('  ')}`,
    ...same,
    ...(more > 0 ? [`     and ${more} more of the same runs`] : []),
  ];
}

function holdsIn({ good, bad }: Separation): string {
  if ('median' in good && 'median' in bad)
    return `middle ${duration(good.median)} in good runs, ${duration(bad.median)} in bad ones`;
  if ('median' in good || 'median' in bad) return '';
  return `in ${good.having} of ${good.of} good runs and ${bad.having} of ${bad.of} bad ones`;
}

function percent(chance: number): string {
  const value = chance * 100;
  return `${value >= 10 ? Math.round(value) : value.toPrecision(2)} %`;
}

function cut(text: string): string {
  return visible(shorten(text, WIDTH));
}

function lookedAt({ considered, leftOut, labellings: { count, exact } }: SeparationReport): string {
  const ways = exact ? `all ${count} ways` : `${count} ways, a fixed sample,`;
  const left = leftOut > 0 ? ` ${leftOut} more were left out.` : '';
  return `${counted(considered, 'different thing')} looked at; ${ways} to call as many runs good counted.${left}`;
}
