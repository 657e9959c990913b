/**
 * Explores the other legal runs of recorded operations, and brings what it finds to proof.
 *
 * Deterministic but for what the servers do: the same answers give the same exploration. First the
 * recorded order, three times, to learn what differs by itself; then groups of operations together;
 * then other orders.
 */

import { noiseIn, type Sample } from '../client/noise.ts';
import type { Mask } from '../masks.ts';
import { type Course, serial } from './course.ts';
import { groupsOf, kindOfGroup } from './groups.ts';
import { createLab, isIllegal, type Lab, type Limits } from './lab.ts';
import { contrastsOf, type Eye, isFailure, type Outcome, outcomeOf } from './observe.ts';
import {
  confirmTogether,
  costOf,
  type Group,
  type Overlapping,
  tryTogether,
  withNeeds,
} from './overlap.ts';
import type { Problem } from './problem.ts';
import type { Judged, Proof, Verdict } from './proof.ts';
import {
  candidates,
  countSchedules,
  judgeOrder,
  kindOf,
  ORDER_COST,
  proveOrder,
} from './reorder.ts';
import { type Answer, AT_ONCE, type Execute, type Ran } from './run.ts';
import { Spent } from './spent.ts';

export interface ExploreOptions extends Overlapping, Limits {
  readonly masks: readonly Mask[];
  readonly ordered: boolean;
  /** Operations are issued together too; a model of a server has no use for it. */
  readonly together: boolean;
  /** One proof is enough. */
  readonly first: boolean;
  /** Only this course is judged, as it is. */
  readonly course?: Course;
  /** Is told how many proofs there are by now. */
  readonly onProof?: (count: number) => void;
}

export interface Exploration {
  readonly verdict: Verdict;
  readonly proofs: readonly Proof[];
  readonly suspects: readonly { readonly course: string; readonly why: string }[];
  /** What differed although the order was the same. */
  readonly unstable: readonly { readonly course: string; readonly parts: readonly string[] }[];
  /** Operations that succeeded when they were recorded and fail now, in the recorded order. */
  readonly failing: readonly number[];
  /** What came of the first of them. */
  readonly failure: Answer | undefined;
  readonly schedules: {
    readonly explored: number;
    readonly total: number;
    readonly isLeast: boolean;
  };
  readonly groups: { readonly explored: number; readonly total: number };
  readonly illegal: number;
  /** Further orders and groups that turned out like one that was proved. */
  readonly alike: number;
  readonly runs: number;
  /** What the servers said they are. */
  readonly versions: readonly string[];
  readonly masks: readonly string[];
  readonly outcomes: number;
  /** Everything was explored, or why not. */
  readonly ended: 'complete' | 'first' | 'budget' | 'interrupted';
}

/** So many schedules are counted, and beyond it is said that there are more. */
const MOST_COUNTED = 1000;

/** Throws Spent where not even one other order, or one group, was compared with the recorded one. */
export async function explore(
  problem: Problem,
  execute: Execute,
  options: ExploreOptions,
): Promise<Exploration> {
  const control = await controlled(problem, execute, options);
  const state = newState(problem, control, options, execute);
  if (control.unstable.length > 0) {
    state.unstable.push({ course: control.course, parts: control.unstable });
  } else if (control.illegal !== undefined) state.illegal++;
  else {
    try {
      await exploreAll(state);
    } catch (error) {
      if (!(error instanceof Spent) || options.course) throw error;
      state.isCut = true;
    }
  }
  if (isUnexplored(state)) throw new Spent();
  return told(state);
}

/** The recorded order alone is compared with nothing, and says nothing of any other. */
function isUnexplored({ isCut, explored, tried, ...found }: State): boolean {
  const { proofs, suspects, unstable } = found;
  const isNothing = [proofs, suspects, unstable].every(({ length }) => length === 0);
  return isCut && isNothing && explored <= 1 && tried === 0;
}

/** Groups have half of what was given before the orders; what these leave is for the others. */
async function exploreAll(state: State): Promise<void> {
  const { course } = state.options;
  if (course) return note(state, 'course', await judgeCourse(state, course));
  await overlapAll(state, 1 / 2);
  await reorderAll(state);
  await overlapAll(state, 1);
  state.isCut ||= state.left.length > 0;
}

interface Control {
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
async function controlled(
  problem: Problem,
  execute: Execute,
  { masks, ordered, onRun }: ExploreOptions,
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

interface State {
  readonly problem: Problem;
  readonly options: ExploreOptions;
  readonly control: Control;
  readonly lab: Lab;
  readonly proofs: Proof[];
  readonly suspects: { course: string; why: string }[];
  readonly unstable: { course: string; parts: readonly string[] }[];
  readonly proved: Set<string>;
  readonly outcomes: Set<string>;
  readonly groups: readonly Group[];
  /** What is still to be issued together; the second time with all that came before it. */
  readonly left: Attempt[];
  tried: number;
  explored: number;
  illegal: number;
  alike: number;
  isCut: boolean;
}

interface Attempt {
  readonly group: Group;
  readonly isAgain: boolean;
}

function newState(
  problem: Problem,
  control: Control,
  options: ExploreOptions,
  execute: Execute,
): State {
  const eye: Eye = { problem, masks: control.masks, ordered: options.ordered };
  const groups = options.together ? groupsOf(problem) : [];
  return {
    problem,
    options,
    control,
    lab: createLab(execute, eye, options, control.runs),
    proofs: [],
    suspects: [],
    unstable: [],
    proved: new Set(),
    outcomes: new Set(),
    groups,
    left: groups.map((group) => ({ group, isAgain: false })),
    tried: 0,
    explored: 0,
    illegal: 0,
    alike: 0,
    isCut: false,
  };
}

function isDone({ proofs, options }: State): boolean {
  return options.first && proofs.length > 0;
}

/** A course with a group at its end, or an order. */
async function judgeCourse(state: State, course: Course): Promise<Judged | undefined> {
  const { lab, problem, options } = state;
  const place = new Map(problem.operations.map(({ number }, at) => [number, at]));
  const places = course.map((together) => together.flatMap((number) => place.get(number) ?? []));
  const at = places.findIndex(({ length }) => length > 1);
  if (at === -1) {
    state.explored++;
    if (isIllegal(await lab.inOrder(places.flat()))) state.illegal++;
    return judgeOrder(lab, places.flat(), []);
  }
  state.tried++;
  const [before, together] = [places.slice(0, at).flat(), places.slice(at).flat()];
  return confirmTogether(lab, { before, together }, options);
}

/**
 * Groups alone first; and with all that came before them where they fail without it, or, once every
 * group was tried, where alone they showed nothing: some races need what was written earlier.
 */
async function overlapAll(state: State, share: number): Promise<void> {
  const { lab, left, problem, options } = state;
  while (!isDone(state)) {
    const next = left[0];
    if (!next || !lab.hasLeft(costOf(lab, next.group), share)) return;
    left.shift();
    const { group, isAgain } = next;
    const kind = kindOfGroup(problem, group.together);
    if (state.proved.has(kind)) {
      if (!isAgain) state.alike++;
      continue;
    }
    const alone = { ...group, before: withNeeds(lab, [], group) };
    const isAlone = !isAgain && (await worksAlone(state, alone));
    const judged = await tryTogether(lab, isAlone ? alone : group, options);
    if (!isAgain) state.tried++;
    note(state, kind, judged);
    const hasMore = group.before.length > alone.before.length;
    if (isAlone && hasMore && !judged) left.push({ group, isAgain: true });
  }
}

/** Whether the operations of a group succeed without what was before them. */
async function worksAlone({ lab, control }: State, group: Group): Promise<boolean> {
  const places = [...group.before, ...group.together];
  const outcome = await lab.inOrder(places);
  if (isIllegal(outcome)) return false;
  const usual = new Map(control.base?.parts.map((part) => [part.operation, part]));
  return outcome.parts.every(
    ({ operation, value }) =>
      operation === undefined || failed(value) === failed(usual.get(operation)?.value),
  );
}

function failed(answers: unknown): boolean {
  return Array.isArray(answers) && answers.some((answer) => isFailure(answer));
}

async function reorderAll(state: State): Promise<void> {
  const { lab, problem, options } = state;
  const places = [...problem.operations.keys()];
  if (isDone(state)) return;
  const recorded = await lab.inOrder(places);
  if (isIllegal(recorded)) return;
  for (const schedule of candidates(problem, options.seed)) {
    if (isDone(state)) return;
    if (!lab.hasLeft(1 + ORDER_COST)) {
      state.isCut = true;
      return;
    }
    const { order, flips } = schedule;
    const outcome = await lab.inOrder(order);
    state.explored++;
    if (isIllegal(outcome)) {
      state.illegal++;
      continue;
    }
    state.outcomes.add(outcome.text);
    if (flips.length === 0 || outcome.text === recorded.text) continue;
    const kind = kindOf(problem, flips);
    if (state.proved.has(kind)) state.alike++;
    else note(state, kind, await proveOrder(lab, schedule));
  }
}

function note(state: State, kind: string, judged: Judged | undefined): void {
  if (!judged) return;
  state.proved.add(kind);
  if (judged.kind === 'proof') {
    state.proofs.push(judged.proof);
    state.options.onProof?.(state.proofs.length);
  } else if (judged.kind === 'suspect') state.suspects.push(judged);
  else state.unstable.push(judged);
}

function told(state: State): Exploration {
  const { problem, control, lab, groups } = state;
  const counted = countSchedules(problem, MOST_COUNTED);
  return {
    verdict: verdictOf(state),
    proofs: state.proofs,
    suspects: state.suspects.map(({ course, why }) => ({ course, why })),
    unstable: state.unstable.map(({ course, parts }) => ({ course, parts })),
    failing: control.failing,
    failure: control.failure,
    schedules: { explored: state.explored, ...counted },
    groups: { explored: state.tried, total: Math.max(groups.length, state.tried) },
    illegal: state.illegal,
    alike: state.alike,
    runs: lab.runs,
    versions: control.versions,
    masks: control.masks.map(({ text }) => text),
    outcomes: state.outcomes.size,
    ended: isDone(state) ? 'first' : state.isCut ? 'budget' : 'complete',
  };
}

function verdictOf({ proofs, unstable, suspects, control, options, illegal }: State): Verdict {
  const is = (verdict: Verdict): boolean => proofs.some((proof) => proof.verdict === verdict);
  if (is('NON_SERIALISABLE')) return 'NON_SERIALISABLE';
  if (is('ORDER_DEPENDENT')) return 'ORDER_DEPENDENT';
  if (control.illegal !== undefined || (options.course && illegal > 0)) return 'ILLEGAL';
  if (unstable.length > 0) return 'UNSTABLE';
  return suspects.length > 0 ? 'SUSPECT' : 'COMMUTES';
}
