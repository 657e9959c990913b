/** `wiretape check`: what went wrong, from recordings, sessions or a run; exit code 1 on findings. */
import type { Command } from 'commander';
import { LEVELS } from '../analysis/definitions/change.ts';
import { type Finding, proofOf } from '../model/finding.ts';
import { matches } from '../model/name-pattern.ts';
import { type Suppression, suppress, suppressionText } from '../model/suppression.ts';
import { countsOf, foldedCounts, foldedWhy, linesOf } from './check-text.ts';
import { type Checked, checked } from './checked.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { suppressionsHere } from './config.ts';
import { UserError } from './error.ts';
import { failsOn } from './fail-on.ts';
import { LOCK_FILE } from './lock-file.ts';
import { stateOf } from './state.ts';
import { counted, printJson, remark, terminal, visible } from './terminal.ts';

interface CheckOptions extends CommonOptions {
  readonly failOn?: string;
  readonly baseline?: string;
  readonly all?: boolean;
  readonly lock?: string | true;
  readonly update?: boolean;
  readonly name?: string;
  readonly junit?: string;
  readonly sarif?: string;
}

export function registerCheck(command: Command): void {
  addCommonOptions(command)
    .argument(
      '[recording...]',
      'files, sessions or runs, taken as evidence together; none: the newest run',
    )
    .option(
      '--fail-on <level>',
      'the least that ends with exit code 1: a severity (info … critical; info when left out), a tier (potential, observed, proven; observed when left out), both as proven,high, or never; with --lock the least level (breaking when left out)',
    )
    .option(
      '--baseline <file>',
      'what this earlier output of check --json has is known, and never fails',
    )
    .option('--all', 'print in full also what is potential, known or suppressed')
    .option('--junit <file>', 'write what was found to this file, as JUnit XML')
    .option('--sarif <file>', 'write what was found to this file, as SARIF 2.1.0 for code scanning')
    .option('--lock [file]', `compare definitions with a lock instead (${LOCK_FILE} when left out)`)
    .option('--update', 'with --lock: write what is offered now into the lock')
    .option('--name <name>', 'with --lock: what to call the server after --')
    .action(check);
}

async function check(words: string[], options: CheckOptions, command: Command): Promise<void> {
  const { lock, failOn, update, junit, ...rest } = options;
  if (lock !== undefined) {
    refuse(options, ['baseline', 'all', 'sarif'], 'does not go with --lock');
    const { checkLock } = await import('./check-lock.ts');
    const level = levelOf(failOn ?? 'breaking');
    const more = { ...(update ? { update } : {}), ...(junit === undefined ? {} : { junit }) };
    return checkLock(words, { ...rest, ...more, lock, failOn: level }, command);
  }
  refuse(options, ['update', 'name'], 'needs --lock');
  const fails = failsOn(failOn);
  const state = stateOf(options.state);
  const suppressions = await suppressionsHere(state);
  const found = await checked(words, state, options.state);
  const { findings, expired, idle } = suppress(
    await compared(found.findings, options.baseline),
    suppressions,
    Date.now(),
  );
  await remarkOn(expired, idle);
  if (findings.some(fails)) process.exitCode = 1;
  await writeFiles({ ...found, findings }, options, fails);
  if (options.json) return printJson({ findings: findings.map(withCommand) });
  print(findings, found.sessionCount, options.all === true);
}

/** With the command that proves it, for programs. */
function withCommand(finding: Finding): Finding & { readonly prove?: string } {
  const proof = proofOf(finding);
  return proof ? { ...finding, prove: proof.command } : finding;
}

/** Options of the one use of `check` that were given to the other. */
function refuse(options: CheckOptions, names: readonly (keyof CheckOptions)[], why: string): void {
  const name = names.find((one) => options[one] !== undefined);
  if (name === undefined) return;
  throw new UserError('wrong-usage', `--${name} ${why}.`, 'wiretape check --help says more.');
}

function levelOf(given: string): (typeof LEVELS)[number] | 'never' {
  const known = [...LEVELS, 'never'] as const;
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const hint = `With --lock it is one of ${known.join(', ')}.`;
  throw new UserError('wrong-usage', `The option --fail-on cannot be ${given}.`, hint);
}

async function compared(
  findings: readonly Finding[],
  baseline: string | undefined,
): Promise<readonly Finding[]> {
  if (baseline === undefined) return findings;
  const { marked } = await import('./baseline.ts');
  return marked(findings, baseline);
}

async function remarkOn(
  expired: readonly Suppression[],
  idle: readonly Suppression[],
): Promise<void> {
  for (const one of expired) {
    remark(`The suppression of ${suppressionText(one)} held until ${one.expires}: ${one.reason}.`);
  }
  if (idle.length === 0) return;
  const { RULES } = await import('../analysis/index.ts');
  const isRule = ({ rule }: Suppression): boolean =>
    rule === undefined ||
    RULES.some((known) => matches(rule, known.rule) || matches(rule, known.code));
  for (const one of idle) {
    const what = isRule(one)
      ? 'names nothing that was found here'
      : 'names a rule that there is not';
    remark(`The suppression of ${suppressionText(one)} ${what}.`);
  }
}

async function writeFiles(
  { findings, files }: Checked,
  { junit, sarif, baseline }: CheckOptions,
  fails: (finding: Finding) => boolean,
): Promise<void> {
  if (junit !== undefined) {
    const [{ writeJUnit }, { casesOf }] = await Promise.all([
      import('./junit.ts'),
      import('./check-cases.ts'),
    ]);
    await writeJUnit(junit, 'wiretape check', casesOf(findings, fails));
  }
  if (sarif === undefined) return;
  const [{ writeSarif }, { linesOfEvidence }, { RULES }, { ownVersion }] = await Promise.all([
    import('./sarif.ts'),
    import('./message-lines.ts'),
    import('../analysis/index.ts'),
    import('../tap/own-version.ts'),
  ]);
  const lines = await linesOfEvidence(findings, files);
  const isCompared = baseline !== undefined;
  await writeSarif(sarif, { version: ownVersion(), rules: RULES, findings, lines, isCompared });
}

function print(findings: readonly Finding[], sessionCount: number, isAll: boolean): void {
  const { line, colors } = terminal();
  const folded = findings.filter(foldedWhy);
  const loud = findings.filter((finding) => !foldedWhy(finding));
  for (const finding of isAll ? findings : loud) {
    for (const text of [...linesOf(finding, colors), '']) line(text);
  }
  const inSessions = counted(sessionCount, 'session');
  line(
    loud.length === 0 ? `Nothing found in ${inSessions}.` : `${countsOf(loud)} in ${inSessions}.`,
  );
  if (folded.length === 0) return;
  const also = `${visible(foldedCounts(folded))}${isAll ? '' : '; --all shows them'}.`;
  line(colors.dim(`Besides: ${also}`));
}
