/** The recorded order, run until it is known what differs by itself; all else is compared with it. */
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
  const none = { course: text, base: undefined, failing: [], unstable: [], versions: [] };
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
  const unstable = [second, third].flatMap((run) => contrastsOf(base, outcomeOf(run, eye)));
  return {
    course: text,
    masks: learned,
    base,
    failing: failingIn(problem, first),
    unstable: [...new Set(unstable.map(({ name }) => name))],
    illegal: undefined,
    runs: CONTROLS,
    versions: first.versions,
  };
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
