/**
 * Explores the other legal runs of recorded operations, and brings what it finds to proof.
 *
 * Deterministic but for what the servers do: the same answers give the same exploration. First the
 * recorded order, three times, to learn what differs by itself; then groups of operations together;
 * then other orders.
 */

import type { Mask } from '../masks.ts';
import type { Group, Overlapping } from './anomaly.ts';
import { type Control, controlled } from './control.ts';
import type { Course } from './course.ts';
import { isSampled } from './group-orders.ts';
import { groupsOf, kindOfGroup } from './groups.ts';
import { createLab, isIllegal, type Lab, type Limits } from './lab.ts';
import { type Eye, isFailure } from './observe.ts';
import { confirmTogether, costOf, tryTogether, withNeeds } from './overlap.ts';
import type { Problem } from './problem.ts';
import type { Judged, Proof, Verdict } from './proof.ts';
import { flipsIn, growing, type Relation } from './relation.ts';
import {
  candidates,
  countSchedules,
  judgeOrder,
  kindOf,
  ORDER_COST,
  proveOrder,
} from './reorder.ts';
import type { Answer, Execute } from './run.ts';
import { Spent } from './spent.ts';

export interface ExploreOptions extends Overlapping, Limits {
  readonly masks: readonly Mask[];
  readonly ordered: boolean;
  /** Operations are issued together too; a model of a server has no use for it. */
  readonly together: boolean;
  /** One proof is enough, of something that is kept. */
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
  /** Probes that are answered with errors in the recorded order, and so show nothing there. */
  readonly silent: readonly string[];
  readonly schedules: {
    readonly explored: number;
    readonly total: number;
    readonly isLeast: boolean;
  };
  /** `sampled`: so many of the explored ones are larger than that all their orders are run. */
  readonly groups: { readonly explored: number; readonly total: number; readonly sampled: number };
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
  const known = growing(problem, execute);
  const control = await controlled(known.problem, known.execute, options);
  const state = newState(known, control, options);
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

/** What is known where somebody ended it before anything was compared with the recorded order. */
export function untried(problem: Problem): Exploration {
  return {
    verdict: 'UNTRIED',
    proofs: [],
    suspects: [],
    unstable: [],
    failing: [],
    failure: undefined,
    silent: [],
    schedules: { explored: 0, ...countSchedules(problem, MOST_COUNTED) },
    groups: { explored: 0, total: groupsOf(problem).length, sampled: 0 },
    illegal: 0,
    alike: 0,
    runs: 0,
    versions: [],
    masks: [],
    outcomes: 0,
    ended: 'interrupted',
  };
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
  let known: number;
  do {
    known = state.problem.conflicts.length;
    await reorderAll(state);
    await overlapAll(state, 1);
  } while (state.problem.conflicts.length > known && !state.isCut && !isDone(state));
  state.isCut ||= state.left.length > 0;
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
  /** Those that are known by now, by their places. */
  readonly groups: Set<string>;
  /** Of so many conflicts all groups are known. */
  grouped: number;
  /** What is still to be issued together; the second time with all that came before it. */
  readonly left: Attempt[];
  /** The orders that were explored. */
  readonly given: (readonly number[])[];
  tried: number;
  /** Of those that were tried, so many with a part of their orders. */
  sampled: number;
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
  { problem, execute }: Relation,
  control: Control,
  options: ExploreOptions,
): State {
  const eye: Eye = { problem, masks: control.masks, ordered: options.ordered };
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
    groups: new Set(),
    left: [],
    grouped: -1,
    given: [],
    tried: 0,
    sampled: 0,
    explored: 0,
    illegal: 0,
    alike: 0,
    isCut: false,
  };
}

function isDone({ proofs, options }: State): boolean {
  return options.first && proofs.some(({ reach }) => reach === 'state');
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
  const { lab, left } = state;
  while (!isDone(state)) {
    addGroups(state);
    const next = left[0];
    if (!next || !lab.hasLeft(costOf(lab, next.group), share)) return;
    left.shift();
    await overlap(state, next);
  }
}

async function overlap(state: State, { group, isAgain }: Attempt): Promise<void> {
  const { lab, left, problem, options } = state;
  const kind = kindOfGroup(problem, group.together);
  if (state.proved.has(kind)) {
    if (!isAgain) state.alike++;
    return;
  }
  const isMany = isSampled(group.together);
  const alone = { ...group, before: withNeeds(lab, [], group) };
  const isAlone = !isAgain && (await worksAlone(state, alone));
  const judged = await tryTogether(lab, isAlone ? alone : group, options);
  if (!isAgain) {
    state.tried++;
    if (isMany) state.sampled++;
  }
  // What many at once are suspected of says nothing of a few.
  note(state, isMany && judged?.kind !== 'proof' ? `${kind}, many` : kind, judged);
  const hasMore = group.before.length > alone.before.length;
  if (isAlone && hasMore && !judged) left.push({ group, isAgain: true });
}

/** More groups, where more is known to be in conflict than before. */
function addGroups(state: State): void {
  const { problem, options, groups, left } = state;
  if (!options.together || state.grouped === problem.conflicts.length) return;
  state.grouped = problem.conflicts.length;
  for (const group of groupsOf(problem)) {
    const key = group.together.join();
    if (groups.has(key)) continue;
    groups.add(key);
    left.push({ group, isAgain: false });
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
  for (const schedule of candidates(problem, options.seed, state.given)) {
    if (isDone(state)) return;
    if (!lab.hasLeft(1 + ORDER_COST)) {
      state.isCut = true;
      return;
    }
    const { order } = schedule;
    const outcome = await lab.inOrder(order);
    // What is known only now counts too.
    const flips = flipsIn(order, problem.conflicts);
    state.explored++;
    if (isIllegal(outcome)) {
      state.illegal++;
      continue;
    }
    state.outcomes.add(outcome.text);
    if (flips.length === 0 || outcome.text === recorded.text) continue;
    const kind = kindOf(problem, flips);
    if (state.proved.has(kind)) state.alike++;
    else note(state, kind, await proveOrder(lab, { order, flips }));
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
    silent: control.silent,
    schedules: { explored: state.explored, ...counted },
    groups: {
      explored: state.tried,
      total: Math.max(groups.size, state.tried),
      sampled: state.sampled,
    },
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
