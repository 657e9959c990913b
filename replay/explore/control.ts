/** The recorded order, run until it is known what differs by itself; all else is compared with it. */
import { isObject, type JsonObject } from '../../model/json.ts';
import { noiseIn, type Sample } from '../client/noise.ts';
import type { Mask } from '../masks.ts';
import { serial } from './course.ts';
import { contrastsOf, type Eye, isFailure, type Outcome, outcomeOf } from './observe.ts';
import type { Problem } from './problem.ts';
import { type Answer, AT_ONCE, type Execute, type Ran } from './run.ts';

export interface Controlling extends Pick<Eye, 'masks' | 'ordered'> {
  readonly onRun?: (runs: number, what: string) => void;
}

/** What the recorded order showed, and what differs in it by itself. */
export interface Control {
  readonly course: string;
  readonly masks: readonly Mask[];
  readonly base: Outcome | undefined;
  readonly failing: readonly number[];
  readonly failure?: Answer | undefined;
  /** The probes that are answered with errors. */
  readonly silent: readonly string[];
  readonly unstable: readonly string[];
  readonly illegal: string | undefined;
  readonly runs: number;
  readonly versions: readonly string[];
}

const CONTROLS = 3;

/** The recorded order, until it is known what differs by itself. */
export async function controlled(
  problem: Problem,
  execute: Execute,
  { masks, ordered, onRun }: Controlling,
): Promise<Control> {
  const course = serial(problem.operations.map(({ number }) => number));
  const text = course.map(([one]) => one).join(',');
  const none = {
    course: text,
    base: undefined,
    failing: [],
    silent: [],
    unstable: [],
    versions: [],
  };
  const runs: Ran[] = [];
  for (let at = 0; at < CONTROLS; at++) {
    onRun?.(at + 1, text);
    const run = await execute(course, AT_ONCE);
    if (run.kind === 'illegal') return { ...none, masks, illegal: run.why, runs: at + 1 };
    runs.push(run);
    const failing = failingIn(problem, run);
    if (isHopeless(problem, failing)) {
      const failure = run.answers.find(([number]) => number === failing[0])?.[1].find(isFailure);
      return { ...none, masks, failing, failure, runs: at + 1, illegal: 'nothing succeeds' };
    }
  }
  const [first, second, third] = runs as [Ran, Ran, Ran];
  const learned = [...masks, ...noiseIn(samplesOf(problem, [first, second])).masks];
  const eye: Eye = { problem, masks: learned, ordered };
  const base = outcomeOf(first, eye);
  const unlike = [second, third].flatMap((run) => contrastsOf(base, outcomeOf(run, eye)));
  const unstable = [...unlike.map(({ name }) => name), ...drifting(base)];
  return {
    course: text,
    masks: learned,
    base,
    failing: failingIn(problem, first),
    silent: first.probes.flatMap(([name, answer]) => (isFailure(answer) ? [name] : [])),
    unstable: [...new Set(unstable)],
    illegal: undefined,
    runs: CONTROLS,
    versions: first.versions,
  };
}

/**
 * The probes, where none shows anything but counts and hashes that differ from run to run: what is
 * kept is not that of a fresh start, and a difference in it would not be seen.
 */
function drifting({ parts }: Outcome): string[] {
  const probes = parts.filter(({ operation }) => operation === undefined);
  const isBlind = probes.every(({ value }) => isCountMasked(value) && !tells(value));
  return isBlind ? probes.map(({ name }) => name) : [];
}

function isCountMasked(value: unknown): boolean {
  if (!isObject(value)) return Array.isArray(value) && value.some(isCountMasked);
  if (isMasked(value)) return /^(?:int|hex)/.test(String(value['class']));
  return Object.values(value).some(isCountMasked);
}

/** Whether a value stands in it that no mask covers, and that is no label of one that it does. */
function tells(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(tells);
  if (!isObject(value)) return value !== null;
  if (isMasked(value)) return false;
  return Object.entries(value).some(([name, own]) => {
    if (LABELS.has(name) || Object.hasOwn(value, `${name}#`)) return false;
    // The pieces of a text, in which a few words say what the count is of.
    const isPieces = name.endsWith('#') && Object.hasOwn(value, name.slice(0, -1));
    return isPieces && Array.isArray(own) ? !isCounted(own) : tells(own);
  });
}

function isCounted(pieces: readonly unknown[]): boolean {
  const words = pieces.filter(tells);
  return words.length <= MOST_WORDS && words.every((word) => /^\D*$/.test(String(word)));
}

/** `There are 7 notes left`: a text of more words than this shows more than a count. */
const MOST_WORDS = 4;
const LABELS: ReadonlySet<string> = new Set(['type', 'isError', 'mimeType', 'uri']);

function isMasked(value: JsonObject): boolean {
  return Object.keys(value).length === 1 && typeof value['class'] === 'string';
}

function samplesOf({ operations }: Problem, runs: readonly Ran[]): Sample[] {
  const answers = operations.flatMap(({ number, tool, method }) => {
    const own = runs.map((run) => run.answers.find(([one]) => one === number)?.[1] ?? []);
    const of = method === 'tools/call' ? tool : method;
    return (own[0] ?? []).map((_, at) => ({
      of,
      values: own.flatMap((all) => all[at] ?? []),
      isAnswer: true,
    }));
  });
  const probes = (runs[0]?.probes ?? []).map(([name], at) => ({
    of: name.split(' ', 1)[0] ?? name,
    values: runs.flatMap((run) => run.probes[at]?.[1] ?? []),
    isAnswer: true,
  }));
  return [...answers, ...probes].filter(({ values }) => values.length > 1);
}

/** Nothing succeeds that did when it was recorded: another order would show nothing either. */
export function isHopeless({ operations }: Problem, failing: readonly number[]): boolean {
  return failing.length > 0 && failing.length === operations.filter(({ ok }) => ok).length;
}

function failingIn({ operations }: Problem, run: Ran): number[] {
  const failed = new Map(run.answers.map(([number, all]) => [number, all.some(isFailure)]));
  return operations.flatMap(({ number, ok }) => (ok && failed.get(number) ? [number] : []));
}
