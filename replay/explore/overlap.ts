/**
 * Operations issued together: what comes of it is compared with every order of them, one after the
 * other. An outcome that none of these has is proof that they are not kept apart.
 *
 * All orders of a group are run, and not one for each way to turn its conflicts, so that a proof does
 * not rest on what we believe to commute. Of a group of more than four a sample is run; what is none of
 * these is a suspicion at most, and that only where the whole sample came to one outcome.
 */
import {
  type Anomaly,
  anomalyOf,
  type Group,
  type Looking,
  type Overlapping,
  outcomesOf,
  SPARE,
  together,
} from './anomaly.ts';
import { courseText } from './course.ts';
import { type GroupOrders, isSampled, ordersOfGroup } from './group-orders.ts';
import { isIllegal, type Lab, orElse } from './lab.ts';
import { fewest } from './minimise.ts';
import { contrastsOf } from './observe.ts';
import { closureOf } from './problem.ts';
import type { Judged } from './proof.ts';

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
  const wanted = first.reach;
  const shows = async (less: Group): Promise<boolean> => {
    const found = await anomalyOf(lab, less, { ...options, most, isFirst: wanted === 'answers' });
    return found !== undefined && (wanted === 'answers' || found.reach === 'state');
  };
  const prove = async (): Promise<Judged> => {
    const holds = (of: Group) => (kept: readonly number[]) =>
      shows({ ...of, before: withNeeds(lab, kept, of) });
    const isOver = (): boolean => !lab.hasLeft(most + costOf(lab, group));
    const smaller = isSampled(group.together) ? await fewerOf(lab, group, { shows, most }) : group;
    const before = await fewest(smaller.before, holds(smaller), isOver);
    const least = { ...smaller, before: withNeeds(lab, before, smaller) };
    return (await confirmTogether(lab, least, { ...options, wanted })) ?? suspect(SEEN_ONCE);
  };
  return orElse(prove, suspect(NO_TIME));
}

/** The fewest of a large group that still show something none of their orders has. */
async function fewerOf(
  lab: Lab,
  group: Group,
  { shows, most }: { readonly shows: (less: Group) => Promise<boolean>; readonly most: number },
): Promise<Group> {
  const holds = async (kept: readonly number[]): Promise<boolean> =>
    kept.length > 1 && shows({ ...group, together: [...kept].sort((a, b) => a - b) });
  const together = await fewest(group.together, holds, () => !lab.hasLeft(most + SPARE));
  return { ...group, together: [...together].sort((a, b) => a - b) };
}

/** How many runs it takes to prove what a group shows: its orders three times, and itself thrice. */
export function costOf(lab: Lab, { together }: Pick<Group, 'together'>): number {
  return (ordersOfGroup(lab, together, 0).first.length + 1) * (1 + MORE);
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

const NO_TIME = 'an outcome that no order has was seen, and nothing was left to see it again with';
const notAll = (total: number): string =>
  `an outcome was seen that none of the orders that were run has, and not all of its ${total} orders can be run`;
const SEEN_ONCE = 'an outcome that no order has was seen, and not often enough to be sure';
/** How often something is seen again before it is reported. */
const MORE = 2;

interface Wanting {
  /** What differed when it was first seen. */
  readonly wanted?: Anomaly['reach'];
}

/** Its orders twice more, and the anomaly until it was seen twice; undefined: it was not seen at all. */
export async function confirmTogether(
  lab: Lab,
  group: Group,
  options: Overlapping & Wanting,
): Promise<Judged | undefined> {
  const { first, more, isAll, total } = ordersOfGroup(lab, group.together, options.seed);
  const course = courseText(together(lab, group, { seed: options.seed, at: 0 }).course);
  const isWhole = isAll && (more.length === 0 || lab.hasLeft(total * MORE));
  if (!isWhole) {
    const seen = await anomalyOf(lab, group, { ...options, most: options.repeat });
    return seen && { kind: 'suspect', course, why: notAll(total) };
  }
  const all = { first: [...first, ...more], more: [], isAll, total };
  const orders = all.first.map((order) => [...group.before, ...order]);
  const parts = await unsteady(lab, orders);
  if (parts.length > 0) return { kind: 'unstable', course, parts };
  const most = options.repeat * 3;
  const { seen, tried } = await seenAgain(lab, group, { ...options, most, orders: all });
  const [one] = seen;
  if (!one) return undefined;
  if (seen.length < MORE) return { kind: 'suspect', course, why: SEEN_ONCE };
  const nearest = await nearestTo(lab, orders, one);
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
      reach: one.reach,
      seen: seen.length,
      tried,
    },
  };
}

/** The anomaly until it was seen twice: in what is kept, where that was seen before. */
async function seenAgain(
  lab: Lab,
  group: Group,
  { wanted, ...options }: Looking & Wanting,
): Promise<{ readonly seen: readonly Anomaly[]; readonly tried: number }> {
  const all: Anomaly[] = [];
  const of = (reach: Anomaly['reach']): Anomaly[] => all.filter((one) => one.reach === reach);
  let tried = 0;
  const isEnough = (): boolean =>
    of('state').length >= MORE || (wanted !== 'state' && of('answers').length >= MORE);
  while (!isEnough() && tried < options.most) {
    const looking = { ...options, most: options.most - tried, from: tried, isFirst: true };
    const next = await anomalyOf(lab, group, looking);
    tried = next?.at ?? options.most;
    if (next) all.push(next);
  }
  const isState = of('state').length >= (wanted === 'state' ? 1 : MORE);
  return { seen: isState ? of('state') : [...of('answers'), ...of('state')], tried };
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

/** In what it differs from that order of the group which it is most like, in what is kept first. */
async function nearestTo(lab: Lab, orders: GroupOrders['first'], { outcome, reach }: Anomaly) {
  const alone = { together: [], before: [] };
  const all = await outcomesOf(lab, alone, orders);
  const alike = all.filter(({ end }) => reach === 'state' || end === outcome.end);
  const [best = []] = (alike.length > 0 ? alike : all)
    .map((one) => contrastsOf(one, outcome))
    .sort((a, b) => a.length - b.length);
  return best;
}
