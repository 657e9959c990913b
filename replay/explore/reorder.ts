/**
 * Other orders, one operation after the other: those nearest to the recorded one first. An outcome
 * that is another one than before a conflict was turned around shows that its order matters.
 */
import { type Edge, orderWith, type Schedule, schedules } from '../../analysis/schedules.ts';
import { order } from '../../model/order.ts';
import { chance } from './chance.ts';
import { courseText } from './course.ts';
import { isIllegal, type Lab, orElse } from './lab.ts';
import { fewest } from './minimise.ts';
import { contrastsOf, type Outcome } from './observe.ts';
import { unsteady, withNeeds } from './overlap.ts';
import { closureOf, type Problem } from './problem.ts';
import type { Judged } from './proof.ts';
import { flipsIn } from './relation.ts';

/** Beyond so many conflicts the orders with more than one flip are drawn by lot. */
const MOST_ENUMERATED = 40;
/** How many draws in a row may give nothing new. */
const IDLE_DRAWS = 200;

/**
 * The schedules in the order they are explored: no flips, one flip, then more. Whoever runs them may
 * find that more is in conflict; then it begins anew, without what turns all as one that was given.
 * `given`: the orders that were, which grow.
 */
export function* candidates(
  problem: Problem,
  seed: number,
  given: (readonly number[])[],
): Generator<Schedule> {
  for (let count = -1; count < problem.conflicts.length; ) {
    const conflicts = [...problem.conflicts];
    count = conflicts.length;
    const turnedIn = (order: readonly number[]): string => textOf(flipsIn(order, conflicts));
    const known = new Set(given.map(turnedIn));
    for (const schedule of candidatesIn({ ...problem, conflicts }, seed)) {
      if (known.has(textOf(schedule.flips))) continue;
      given.push(schedule.order);
      yield schedule;
      if (problem.conflicts.length > count) break;
    }
  }
}

function* candidatesIn(problem: Problem, seed: number): Generator<Schedule> {
  const { must, conflicts } = problem;
  const count = problem.operations.length;
  const all = schedules({ count, must, conflicts });
  if (conflicts.length <= MOST_ENUMERATED) {
    yield* all;
    return;
  }
  const known = new Set<string>();
  for (const schedule of all) {
    if (schedule.flips.length > 1) break;
    known.add(textOf(schedule.flips));
    yield schedule;
  }
  const roll = chance(seed, 'orders');
  for (let idle = 0; idle < IDLE_DRAWS; idle++) {
    const schedule = byLot(problem, roll);
    if (known.has(textOf(schedule.flips))) continue;
    known.add(textOf(schedule.flips));
    idle = 0;
    yield schedule;
  }
}

function textOf(flips: readonly Edge[]): string {
  return flips
    .map((edge) => edge.join('<'))
    .sort(order)
    .join(' ');
}

/** An order by lot among those that keep what must hold. */
function byLot(
  { operations, must, conflicts }: Problem,
  roll: (limit: number) => number,
): Schedule {
  const always = closureOf(operations.length, must);
  let left = [...operations.keys()];
  const drawn: number[] = [];
  while (left.length > 0) {
    const free = left.filter((one) => !left.some((other) => always.isBefore(other, one)));
    const next = free[roll(free.length)] as number;
    drawn.push(next);
    left = left.filter((one) => one !== next);
  }
  return { order: drawn, flips: flipsIn(drawn, conflicts) };
}

/** How many schedules there are, counted as far as `most`. */
export function countSchedules(
  problem: Problem,
  most: number,
): { total: number; isLeast: boolean } {
  const { must, conflicts, operations } = problem;
  let total = 0;
  for (const _ of schedules({ count: operations.length, must, conflicts })) {
    if (++total >= most) return { total, isLeast: true };
  }
  return { total, isLeast: false };
}

/** Equal for schedules that turn around conflicts of the same kinds. */
export function kindOf({ operations }: Problem, flips: readonly Edge[]): string {
  const pattern = (place: number): string => operations[place]?.pattern ?? '';
  const turned = flips.map(([before, after]) => `${pattern(before)} < ${pattern(after)}`);
  return [...new Set(turned)].sort().join('; ');
}

/** Brings a schedule whose outcome is another one to its smallest form, and runs that twice more. */
export async function proveOrder(
  lab: Lab,
  { flips, order }: Schedule,
): Promise<Judged | undefined> {
  const course = courseText(lab.courseOf(order));
  return orElse(() => leastOrder(lab, flips), { kind: 'suspect', course, why: NO_TIME });
}

/** How many runs it takes: both orders, three times each. */
export const ORDER_COST = 6;
const NO_TIME =
  'it came to something else than the recorded order, and nothing was left to see it again with';

async function leastOrder(lab: Lab, flips: readonly Edge[]): Promise<Judged | undefined> {
  const all = [...lab.problem.operations.keys()];
  const isOver = (): boolean => !lab.hasLeft(2 + ORDER_COST);
  const turned = await fewest(
    flips,
    async (kept) => kept.length > 0 && (await differs(lab, all, kept)) !== undefined,
    isOver,
  );
  const ends = [...new Set(turned.flat())].sort((a, b) => a - b);
  const rest = all.filter((place) => !ends.includes(place));
  const group = { together: ends, before: [] };
  const within = (kept: readonly number[]): readonly number[] =>
    [...new Set([...withNeeds(lab, kept, group), ...ends])].sort((a, b) => a - b);
  const kept = await fewest(
    rest,
    async (some) => (await differs(lab, within(some), turned)) !== undefined,
    isOver,
  );
  const places = within(kept);
  const found = await differs(lab, places, turned);
  return found && judgeOrder(lab, found.order, turned);
}

/** Whether an order shows something else than the recorded one, both run twice more. */
export async function judgeOrder(
  lab: Lab,
  order: readonly number[],
  flips: readonly Edge[],
): Promise<Judged | undefined> {
  const places = [...order].sort((a, b) => a - b);
  const [recorded, other] = [await lab.inOrder(places), await lab.inOrder(order)];
  if (isIllegal(recorded) || isIllegal(other) || recorded.text === other.text) return undefined;
  const course = courseText(lab.courseOf(order));
  const parts = await unsteady(lab, [places, order]);
  if (parts.length > 0) return { kind: 'unstable', course, parts };
  const turned = flips.length > 0 ? flips : turnedIn(order);
  const number = (place: number): number => lab.problem.operations[place]?.number ?? 0;
  return {
    kind: 'proof',
    proof: {
      verdict: 'ORDER_DEPENDENT',
      operations: places.map(number),
      about: [...new Set(turned.flat())].sort((a, b) => a - b).map(number),
      edges: turned.map(([before, after]) => `#${number(before)} before #${number(after)}`),
      course,
      against: [courseText(lab.courseOf(places))],
      contrasts: contrastsOf(recorded, other),
      reach: recorded.end === other.end ? 'answers' : 'state',
      seen: 3,
      tried: 3,
    },
  };
}

/** The neighbours of an order that stood the other way round when they were recorded. */
function turnedIn(order: readonly number[]): Edge[] {
  return order.flatMap((after, at): Edge[] => {
    const before = order[at - 1];
    return before !== undefined && before > after ? [[before, after]] : [];
  });
}

interface Differing {
  readonly order: readonly number[];
  readonly recorded: Outcome;
  readonly other: Outcome;
}

/** Whether these operations show something else with the flips than in recorded order. */
async function differs(
  lab: Lab,
  places: readonly number[],
  flips: readonly Edge[],
): Promise<Differing | undefined> {
  const order = flippedOrder(lab.problem, places, flips);
  if (!order) return undefined;
  const recorded = await lab.inOrder(places);
  const other = await lab.inOrder(order);
  if (isIllegal(recorded) || isIllegal(other) || recorded.text === other.text) return undefined;
  return { order, recorded, other };
}

/** The order of some operations in which exactly these conflicts run the other way round. */
function flippedOrder(
  { operations, must, conflicts }: Problem,
  places: readonly number[],
  flips: readonly Edge[],
): readonly number[] | undefined {
  const at = new Map(places.map((place, index) => [place, index]));
  const always = closureOf(operations.length, must);
  const turned = new Set(flips.map(([before, after]) => `${after} ${before}`));
  const inside = (edges: readonly Edge[]): Edge[] =>
    edges.flatMap(([before, after]): Edge[] => {
      const [one, other] = [at.get(before), at.get(after)];
      return one === undefined || other === undefined ? [] : [[one, other]];
    });
  const held = places.flatMap((after) =>
    always.ancestors(after).map((before): Edge => [before, after]),
  );
  const kept = conflicts.filter(([before, after]) => !turned.has(`${before} ${after}`));
  const order = orderWith(places.length, [...inside(held), ...inside(kept), ...inside(flips)]);
  return order?.map((index) => places[index] as number);
}
