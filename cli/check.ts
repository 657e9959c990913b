/** `wiretape check`: what went wrong, from recordings, sessions or a run; exit code 1 on findings. */
import { type Command, Option } from 'commander';
import { LEVELS } from '../analysis/definitions/change.ts';
import { concerns, type Finding, type Severity } from '../model/finding.ts';
import type { FootprintRule } from '../model/footprint-rule.ts';
import { groupBy } from '../model/group.ts';
import type { WholeView } from '../model/session.ts';
import { type SessionSummary, timesMeet } from '../model/summary.ts';
import { viewsOf } from '../model/view.ts';
import type { Run } from '../model/workflow.ts';
import { addCommand, type CommonOptions } from './command.ts';
import { footprintsHere } from './config.ts';
import { UserError } from './error.ts';
import type { JUnitCase } from './junit.ts';
import { LOCK_FILE } from './lock-file.ts';
import { coversAll, findingsOf } from './run-span.ts';
import {
  chooseSessions,
  gather,
  isFile,
  newestRun,
  reportProblems,
  runNamed,
  withSource,
} from './sessions.ts';
import type { Source } from './source.ts';
import { stateOf } from './state.ts';
import { type Colors, counted, printJson, terminal, visible } from './terminal.ts';

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const satisfies Severity[];

interface CheckOptions extends CommonOptions {
  readonly failOn?: string;
  readonly lock?: string | true;
  readonly update?: boolean;
  readonly name?: string;
  readonly junit?: string;
}

type Footprints = readonly FootprintRule[];

/** What was looked at, and what was found in it. */
interface Checked {
  readonly findings: readonly Finding[];
  readonly sessionCount: number;
}

export function registerCheck(program: Command): void {
  addCommand(
    program,
    'check',
    'find what went wrong: lost updates, broken protocol, calls without answer',
  )
    .argument(
      '[recording...]',
      'files, sessions or runs, taken as evidence together; none: the newest run',
    )
    .addOption(
      new Option(
        '--fail-on <level>',
        'the least severity that ends with exit code 1 (info when left out); with --lock the least level (breaking when left out)',
      ).choices([...SEVERITIES, ...LEVELS, 'never']),
    )
    .option('--junit <file>', 'write what was found to this file, as JUnit XML')
    .option('--lock [file]', `compare definitions with a lock instead (${LOCK_FILE} when left out)`)
    .option('--update', 'with --lock: write what is offered now into the lock')
    .option('--name <name>', 'with --lock: what to call the server after --')
    .action(check);
}

async function check(words: string[], options: CheckOptions, command: Command): Promise<void> {
  const { lock, failOn, update, junit, ...rest } = options;
  if (lock !== undefined) {
    const { checkLock } = await import('./check-lock.ts');
    const level = levelOf(failOn ?? 'breaking', [...LEVELS, 'never']);
    const more = { ...(update ? { update } : {}), ...(junit === undefined ? {} : { junit }) };
    return checkLock(words, { ...rest, ...more, lock, failOn: level }, command);
  }
  if (update) {
    throw new UserError(
      'wrong-usage',
      '--update needs --lock.',
      'wiretape check --help says more.',
    );
  }
  const { findings, sessionCount } = await checked(words, stateOf(options.state));
  const least = levelOf(failOn ?? 'info', [...SEVERITIES, 'never']);
  const fails = ({ severity }: Finding): boolean =>
    least !== 'never' && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
  if (findings.some(fails)) process.exitCode = 1;
  if (junit !== undefined) {
    const { writeJUnit } = await import('./junit.ts');
    await writeJUnit(junit, 'wiretape check', casesOf(findings, fails));
  }
  if (options.json) return printJson({ findings });
  const { line, colors } = terminal();
  for (const finding of findings) for (const text of [...linesOf(finding, colors), '']) line(text);
  const inSessions = counted(sessionCount, 'session');
  line(
    findings.length === 0
      ? `Nothing found in ${inSessions}.`
      : `${countsOf(findings)} in ${inSessions}.`,
  );
}

/** `--fail-on` has two scales, and each use of `check` knows one of them. */
function levelOf<T extends string>(given: string, known: readonly T[]): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const hint = `It is one of ${known.join(', ')} here.`;
  throw new UserError('wrong-usage', `--fail-on cannot be ${given}.`, hint);
}

/** A case that passes where nothing was found: CI takes an empty suite for a mistake. */
function casesOf(
  findings: readonly Finding[],
  fails: (finding: Finding) => boolean,
): readonly JUnitCase[] {
  if (findings.length === 0) return [{ name: 'nothing found', failure: undefined }];
  return findings.map((finding) => {
    const { rule, fingerprint, message, evidence, confirm } = finding;
    const shown = evidence.map((one) =>
      `${one.role} ${one.message} ${one.pointer ?? ''}`.trimEnd(),
    );
    const text = [message, ...shown, `To make sure: ${confirm}`].join('\n');
    return { name: `${rule} ${fingerprint}`, failure: fails(finding) ? text : undefined };
  });
}

async function checked(words: readonly string[], state: string): Promise<Checked> {
  const areFiles = await Promise.all(words.map(isFile));
  const footprints = await footprintsHere(state);
  if (!areFiles.includes(true))
    return withSource(state, (source) => checkSessions(source, words, footprints));
  const { views, problems } = await gather(words, state);
  reportProblems(problems);
  return { findings: await findingsIn(views, footprints), sessionCount: views.length };
}

async function checkSessions(
  source: Source,
  words: readonly string[],
  footprints: Footprints,
): Promise<Checked> {
  const all = await source.summaries();
  const runs =
    words.length === 0 ? [newest(all)] : words.flatMap((word) => runNamed(all, word) ?? []);
  const named = words.flatMap((word) => (runNamed(all, word) ? [] : chooseSessions(all, word)));
  const chosen = all.filter(({ id }) => runs.some(({ sessions }) => sessions.includes(id)));
  const own = [...new Set([...named, ...chosen])];
  const findings = await findingsAbout(source, all, own, footprints);
  const sessionCount = own.length;
  const [run] = runs;
  // Only a run alone can be told from the rest of its sessions.
  if (!run || own.length > chosen.length || runs.length > 1) return { findings, sessionCount };
  if (coversAll(run, chosen)) return { findings, sessionCount };
  const entries = await source.entries(run.sessions);
  return { findings: findingsOf(run, findings, entries), sessionCount };
}

/** Conflicts are sought over all sessions of the machine whose times meet those that were named. */
async function findingsAbout(
  source: Source,
  all: readonly SessionSummary[],
  own: readonly SessionSummary[],
  footprints: Footprints,
): Promise<readonly Finding[]> {
  const ids = own.map(({ id }) => id);
  // The collector runs elsewhere, and knows no rules of this folder.
  if (source.api && footprints.length === 0) return source.api.findings(ids);
  const beside = all.filter((other) => own.some((one) => timesMeet(one, other)));
  const entries = await source.entries(beside.map(({ id }) => id));
  const findings = await findingsIn(viewsOf(entries), footprints);
  const wanted = new Set(ids);
  return findings.filter((finding) => concerns(finding, wanted));
}

async function findingsIn(
  views: readonly WholeView[],
  footprints: Footprints,
): Promise<readonly Finding[]> {
  const { analyse } = await import('../analysis/index.ts');
  return analyse(views, { footprints });
}

function newest(all: readonly SessionSummary[]): Run {
  const run = newestRun(all);
  if (run) return run;
  const hint = 'wiretape demo records some; or name a recording.';
  throw new UserError('unknown-session', 'No session is recorded yet.', hint);
}

function linesOf(finding: Finding, colors: Colors): string[] {
  const { severity, rule, code, tier, message, confirm } = finding;
  const loud = severity === 'critical' || severity === 'high' ? colors.red : colors.yellow;
  return [
    `${loud(severity)}  ${colors.bold(visible(rule))} (${visible(code)})  ${tier}`,
    `  ${visible(message)}`,
    ...evidenceLines(finding, colors),
    `  ${colors.dim(`To make sure: ${visible(confirm)}`)}`,
  ];
}

/** How many messages of one role are named; `--json` has all. */
const NAMED = 3;

function evidenceLines({ evidence }: Finding, colors: Colors): string[] {
  const width = Math.max(...evidence.map(({ role }) => role.length));
  return [...groupBy(evidence, ({ role }) => role)].flatMap(([role, all]) => {
    const once = [...new Map(all.map((one) => [one.message, one])).values()];
    const lines = once.slice(0, NAMED).map(({ message, pointer }) => {
      const reference = colors.cyan(visible(message));
      return `  ${visible(role).padEnd(width)}  ${reference}  ${visible(pointer ?? '')}`.trimEnd();
    });
    const more = once.length - lines.length;
    return more === 0 ? lines : [...lines, `  ${''.padEnd(width)}  and ${more} more`];
  });
}

function countsOf(findings: readonly Finding[]): string {
  const counts = [...SEVERITIES]
    .reverse()
    .map(
      (severity) => [findings.filter((one) => one.severity === severity).length, severity] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}`);
  return `${counted(findings.length, 'finding')} (${counts.join(', ')})`;
}
