/** What a run of the stand-in client was like, for people. */
import type { ClientReport, ReportedDifference } from '../replay/client/index.ts';
import { type Colors, counted, visible } from './terminal.ts';

/** How many differences are shown; `--json` and `--report` have all. */
const SHOWN = 20;

export function linesOfReport(report: ClientReport, colors: Colors): string[] {
  const { differences } = report;
  const shown = differences.slice(0, SHOWN).flatMap((one) => [...linesOf(one, colors), '']);
  const more = differences.length - SHOWN;
  return [
    ...answers(report, colors),
    ...shown,
    ...(more > 0 ? [`and ${counted(more, 'more difference')}; --json has all.`, ''] : []),
    ...summary(report, colors),
  ];
}

/** Of one call, its two answers one under the other. */
function answers({ only, answer }: ClientReport, colors: Colors): string[] {
  if (only === undefined || !answer) return [];
  return [
    colors.bold(visible(only)),
    `  recorded  ${visible(answer.recorded ?? 'no answer')}`,
    `  live      ${visible(answer.live ?? 'no answer')}`,
    '',
  ];
}

function linesOf(one: ReportedDifference, colors: Colors): string[] {
  const { class: name, entry, method, subject, pointer, recorded, live, detail } = one;
  const where = [
    entry && colors.cyan(visible(entry)),
    method && visible(method),
    subject && visible(subject),
    pointer && visible(pointer),
  ];
  return [
    [colors.yellow(name), ...where.filter((part) => part !== undefined)].join('  '),
    ...(detail === undefined ? [] : [`  ${visible(detail)}`]),
    ...(recorded === undefined ? [] : [`  recorded  ${visible(recorded)}`]),
    ...(live === undefined ? [] : [`  live      ${visible(live)}`]),
  ];
}

function summary(report: ClientReport, colors: Colors): string[] {
  const { name, coverage, masked, masks, controlRuns, unmaskable, skipped, rebound, broken } =
    report;
  const { recorded, sent, compared } = coverage;
  const learned = masks.filter(({ origin }) => origin === 'learned').length;
  const unused = masks.filter(({ uses, origin }) => uses === 0 && origin === 'declared');
  const parts = [
    `${sent} of ${counted(recorded, 'call')} sent, ${counted(compared, 'answer')} compared`,
    ...(masked.length > 0 ? [`${counted(masked.length, 'difference')} masked`] : []),
    ...(rebound.length > 0 ? [`${counted(rebound.length, 'value')} rebound`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ];
  return [
    `${colors.bold(visible(name))}: ${parts.join(', ')}.`,
    ...(controlRuns > 0
      ? [`${counted(learned, 'mask')} learned from ${controlRuns} control runs.`]
      : []),
    ...unmaskable.map(
      ({ place, why }) => `Not masked: ${visible(place)} differs between control runs (${why}).`,
    ),
    ...unused.map(({ mask }) => `The mask ${visible(mask)} covered nothing.`),
    ...(report.only === undefined
      ? []
      : skipped.map(({ why }) => `Not compared: ${visible(why)}.`)),
    ...(broken === undefined ? [] : [`It broke off: ${visible(broken)}.`]),
    report.equal
      ? 'Nothing differs.'
      : `${counted(report.differences.length, 'difference')}.${controlRuns === 0 ? hint(report) : ''}`,
  ];
}

/** Values that differ may be noise. */
function hint({ differences }: ClientReport): string {
  const isValue = differences.some(({ class: name }) => name === 'value' || name === 'order');
  return isValue ? ' --control 2 learns what differs from run to run.' : '';
}
