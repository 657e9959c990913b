/** `wiretape check --lock`: what changed in the definitions of servers since they were locked. */
import type { Command } from 'commander';
import {
  type Compared,
  compareDefinitions,
  type DefinitionChange,
  type Definitions,
  LEVELS,
  type Level,
} from '../analysis/definitions.ts';
import { groupBy } from '../model/group.ts';
import { UserError } from './error.ts';
import { type JUnitCase, writeJUnit } from './junit.ts';
import { LOCK_FILE, readLockFile, writeLockFile } from './lock-file.ts';
import { definitionsIn, splitWords } from './lock-source.ts';
import { stateOf } from './state.ts';
import { type Colors, counted, printJson, remark, terminal, visible } from './terminal.ts';

export interface LockCheck {
  /** The file; `true`: that of the current folder. */
  readonly lock: string | true;
  readonly failOn: Level | 'never';
  readonly update?: boolean;
  readonly name?: string;
  readonly junit?: string;
  readonly json?: boolean;
  readonly state?: string;
}

export async function checkLock(
  words: readonly string[],
  options: LockCheck,
  command: Command,
): Promise<void> {
  const file = options.lock === true ? LOCK_FILE : options.lock;
  const baseline = await readLockFile(file);
  if (!baseline) {
    const hint = 'wiretape lock makes one.';
    throw new UserError('no-such-file', `There is no lock ${file}.`, hint);
  }
  const [recordings, started] = splitWords(words, command);
  const { name, junit, update } = options;
  const current = await definitionsIn({
    recordings,
    command: started,
    name,
    state: stateOf(options.state),
  });
  const compared = compareDefinitions(baseline, current);
  if (!compared.isAny && compared.missed.length > 0) {
    const detail = `Nothing in ${file} could be compared: ${compared.missed.join('; ')}.`;
    const hint =
      'Record a session whose client asks for every page, or see why the server gives none.';
    throw new UserError('nothing-listed', detail, hint);
  }
  if (!compared.isAny) {
    const hint = `It has ${Object.keys(baseline).join(', ')}; --name says which one the server after -- is.`;
    throw new UserError('nothing-listed', `None of these servers is in ${file}.`, hint);
  }
  const failing =
    options.failOn === 'never' ? [] : LEVELS.slice(0, LEVELS.indexOf(options.failOn) + 1);
  const fails = ({ level }: DefinitionChange): boolean => failing.includes(level);
  if (junit !== undefined)
    await writeJUnit(junit, file, casesOf(baseline, compared, fails, failing.length > 0));
  if (update) await writeLockFile(file, { ...baseline, ...underOldNames(baseline, current) });
  else if (compared.changes.some(fails) || (failing.length > 0 && compared.missed.length > 0))
    process.exitCode = 1;
  if (options.json)
    printJson({
      lock: file,
      changes: compared.changes,
      unchecked: compared.unchecked,
      missed: compared.missed,
      updated: update === true,
    });
  else print(compared, file, update === true);
}

/** One server against one is compared whatever it is called, and stays under the name it was locked by. */
function underOldNames(baseline: Definitions, current: Definitions): Definitions {
  const [[was], [is]] = [Object.keys(baseline), Object.values(current)];
  const areOne = Object.keys(baseline).length === 1 && Object.keys(current).length === 1;
  return areOne && was !== undefined && is ? { [was]: is } : current;
}

function print({ changes, unchecked }: Compared, file: string, isUpdated: boolean): void {
  const { line, colors } = terminal();
  for (const [title, own] of groupBy(changes, titleOf)) {
    line(colors.bold(visible(title)));
    for (const change of own) line(lineOf(change, colors));
  }
  for (const one of unchecked) remark(`Not compared: ${one}.`);
  const counts = LEVELS.map((level) => [changes.filter((one) => one.level === level).length, level])
    .filter(([count]) => count !== 0)
    .map((pair) => pair.join(' '));
  line(
    counts.length === 0
      ? `Nothing ${unchecked.length > 0 ? 'that was compared ' : ''}changed since ${visible(file)}.`
      : `${counts.join(', ')} since ${visible(file)}.`,
  );
  if (isUpdated) remark(`${file} is as the servers are now.`);
}

function titleOf({ server, kind, name }: DefinitionChange): string {
  return kind === 'server' ? server : `${server}: ${kind} ${name}`;
}

function lineOf({ level, at, text, hidden }: DefinitionChange, colors: Colors): string {
  const paint = { breaking: colors.red, widening: colors.yellow, wording: colors.dim }[level];
  const place = at === '' ? '' : `${visible(at)}: `;
  const told = hidden ? colors.red(`  hides ${visible(hidden.join(', '))}`) : '';
  return `  ${paint(level.padEnd(8))}  ${place}${visible(text)}${told}`;
}

/** One case a definition that was locked or is new; those without a change pass. */
function casesOf(
  baseline: Definitions,
  { changes, missed }: Compared,
  fails: (change: DefinitionChange) => boolean,
  missedFails: boolean,
): JUnitCase[] {
  const changed = groupBy(changes, titleOf);
  const locked = Object.entries(baseline).flatMap(
    ([server, { tools = {}, prompts = {}, resources = {}, templates = {} }]) =>
      Object.entries({
        tool: tools,
        prompt: prompts,
        resource: resources,
        template: templates,
      }).flatMap(([kind, listed]) =>
        Object.keys(listed).map((name) => `${server}: ${kind} ${name}`),
      ),
  );
  const uncompared = missed.map((why) => ({
    name: `not compared: ${why}`,
    failure: missedFails ? why : undefined,
  }));
  const compared = [...new Set([...locked, ...changed.keys()])].map((name) => {
    const own = changed.get(name) ?? [];
    const text = own.map(
      ({ level, at, text: said }) => `${level}: ${at === '' ? '' : `${at}: `}${said}`,
    );
    return {
      name,
      failure: own.some(fails) ? `${counted(own.length, 'change')}\n${text.join('\n')}` : undefined,
    };
  });
  return [...compared, ...uncompared];
}
