/**
 * Operations issued together: what comes of it is compared with every order of them, one after the
 * other. An outcome that none of these has is proof that they are not kept apart.
 *
 * All orders of a group are run, and not one for each way to turn its conflicts, so that a proof does
 * not rest on what we believe to commute.
 */
import { chance, shuffled } from './chance.ts';
import { type Course, courseText } from './course.ts';
import { isIllegal, type Lab, orElse } from './lab.ts';
import { fewest } from './minimise.ts';
import { contrastsOf, type Outcome } from './observe.ts';
import { closureOf } from './problem.ts';
import type { Judged } from './proof.ts';
import type { Delays } from './run.ts';

/** Places: those that go together, and those that are run before them. */
export interface Group {
  readonly together: readonly number[];
  readonly before: readonly number[];
}

export interface Overlapping {
  /** How often a group is issued. */
  readonly repeat: number;
  readonly seed: number;
}

/** Whether a group has an outcome that no order of it has; undefined: it was not seen. */
export async function tryTogether(
  lab: Lab,
  group: Group,
  options: Overlapping,
): Promise<Judged | undefined> {
  const most = options.repeat;
  const first = await anomalyOf(lab, group, { ...options, most });
  if (!first) return undefined;
  const suspect = (why: string): Judged => ({
    kind: 'suspect',
    course: courseText(first.course),
    why,
  });
  const prove = async (): Promise<Judged> => {
    const holds = async (kept: readonly number[]): Promise<boolean> => {
      const less = { ...group, before: withNeeds(lab, kept, group) };
      return (await anomalyOf(lab, less, { ...options, most })) !== undefined;
    };
    const isOver = (): boolean => !lab.hasLeft(most + costOf(lab, group));
    const before = await fewest(group.before, holds, isOver);
    const least = { ...group, before: withNeeds(lab, before, group) };
    return (await confirmTogether(lab, least, options)) ?? suspect(SEEN_ONCE);
  };
  return orElse(prove, suspect(NO_TIME));
}

/** How many runs it takes to prove what a group shows: its orders three times, and itself thrice. */
export function costOf(lab: Lab, { together }: Pick<Group, 'together'>): number {
  return (allOrders(lab, together).length + 1) * (1 + MORE);
}

/** What of the operations before it a group cannot do without is kept. */
export function withNeeds(lab: Lab, kept: readonly number[], group: Group): readonly number[] {
  const { operations, needs } = lab.problem;
  const always = closureOf(operations.length, needs);
  const needed = [...kept, ...group.together].flatMap((place) => always.ancestors(place));
  const all = new Set([...kept, ...needed]);
  for (const place of group.together) all.delete(place);
  return [...all].sort((a, b) => a - b);
}

interface Anomaly {
  readonly course: Course;
  readonly outcome: Outcome;
  /** In how manieth run it was seen, from 1. */
  readonly at: number;
}

/** The first outcome of the group that is none of its orders, in so many runs. */
async function anomalyOf(
  lab: Lab,
  group: Group,
  { seed, most, from = 0 }: Overlapping & { readonly most: number; readonly from?: number },
): Promise<Anomaly | undefined> {
  const known = new Set((await ordersOf(lab, group)).map(({ text }) => text));
  if (known.size === 0) return undefined;
  for (let at = from; at < from + most; at++) {
    const { course, delays } = together(lab, group, { seed, at });
    const outcome = await lab.look(course, delays);
    if (!isIllegal(outcome) && !known.has(outcome.text)) return { course, outcome, at: at + 1 };
  }
  return undefined;
}

/** What each order of the group shows; orders that cannot be run are none. */
async function ordersOf(lab: Lab, group: Group): Promise<readonly Outcome[]> {
  const found: Outcome[] = [];
  for (const order of allOrders(lab, group.together)) {
    const outcome = await lab.inOrder([...group.before, ...order]);
    if (!isIllegal(outcome)) found.push(outcome);
  }
  return found;
}

function allOrders(lab: Lab, places: readonly number[]): number[][] {
  const { operations, must } = lab.problem;
  const always = closureOf(operations.length, must);
  const from = (left: readonly number[]): number[][] => {
    if (left.length === 0) return [[]];
    const first = left.filter((one) => !left.some((other) => always.isBefore(other, one)));
    return first.flatMap((one) =>
      from(left.filter((other) => other !== one)).map((rest) => [one, ...rest]),
    );
  };
  return from(places);
}

/** The longest that one of a group is held back behind the first, in ms. */
const LONGEST_DELAY = 4;

/** First as they were recorded, all at once; then in other orders, with delays of chance, and with answers held. */
function together(
  lab: Lab,
  group: Group,
  { seed, at }: { readonly seed: number; readonly at: number },
): { readonly course: Course; readonly delays: Delays } {
  const roll = chance(seed, `${group.together.join('+')} ${at}`);
  const numbers = lab.courseOf(at === 0 ? group.together : shuffled(group.together, roll)).flat();
  const delays: Delays = {
    calls: new Map(
      at % 2 === 0 && at > 0
        ? numbers.slice(1).map((one) => [one, roll(LONGEST_DELAY * 4) / 4])
        : [],
    ),
    holdsAnswers: at % 4 === 2,
  };
  return { course: [...lab.courseOf(group.before), numbers], delays };
}

const NO_TIME = 'an outcome that no order has was seen, and nothing was left to see it again with';
const SEEN_ONCE = 'an outcome that no order has was seen, and not often enough to be sure';
/** How often something is seen again before it is reported. */
const MORE = 2;

/** Its orders twice more, and the anomaly until it was seen twice; undefined: it was not seen at all. */
export async function confirmTogether(
  lab: Lab,
  group: Group,
  options: Overlapping,
): Promise<Judged | undefined> {
  const orders = allOrders(lab, group.together).map((order) => [...group.before, ...order]);
  const parts = await unsteady(lab, orders);
  const course = courseText(together(lab, group, { seed: options.seed, at: 0 }).course);
  if (parts.length > 0) return { kind: 'unstable', course, parts };
  const most = options.repeat * 3;
  const seen: Anomaly[] = [];
  let tried = 0;
  while (seen.length < MORE && tried < most) {
    const next = await anomalyOf(lab, group, { ...options, most: most - tried, from: tried });
    tried = next?.at ?? most;
    if (next) seen.push(next);
  }
  const [first] = seen;
  if (!first) return undefined;
  if (seen.length < MORE) return { kind: 'suspect', course, why: SEEN_ONCE };
  const nearest = await nearestTo(lab, group, first.outcome);
  const numbers = lab
    .courseOf(group.together)
    .flat()
    .sort((a, b) => a - b);
  return {
    kind: 'proof',
    proof: {
      verdict: 'NON_SERIALISABLE',
      operations: lab
        .courseOf([...group.before, ...group.together])
        .flat()
        .sort((a, b) => a - b),
      about: numbers,
      edges: [numbers.map((one) => `#${one}`).join(' with ')],
      course,
      against: orders.map((order) => courseText(lab.courseOf(order))),
      contrasts: nearest,
      seen: seen.length,
      tried,
    },
  };
}

/** The parts that differ when these orders are run twice more. */
export async function unsteady(
  lab: Lab,
  orders: readonly (readonly number[])[],
): Promise<readonly string[]> {
  for (const order of orders) {
    const known = await lab.inOrder(order);
    for (let at = 0; at < MORE; at++) {
      const again = await lab.look(lab.courseOf(order));
      if (isIllegal(known) || isIllegal(again)) {
        if (isIllegal(known) !== isIllegal(again)) return ['whether it can be run at all'];
      } else if (known.text !== again.text) {
        return contrastsOf(known, again).map(({ name }) => name);
      }
    }
  }
  return [];
}

/** In what an outcome differs from that order of the group which it is most like. */
async function nearestTo(lab: Lab, group: Group, outcome: Outcome) {
  const all = (await ordersOf(lab, group)).map((one) => contrastsOf(one, outcome));
  const [best = []] = all.sort((a, b) => a.length - b.length);
  return best;
}
