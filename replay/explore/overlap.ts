/**
 * Operations issued together: what comes of it is compared with every order of them, one after the
 * other. An outcome that none of these has is proof that they are not kept apart.
 *
 * All orders of a group are run, and not one for each way to turn its conflicts, so that a proof does
 * not rest on what we believe to commute. Of a group of more than four a sample is run; what is none of
 * these is a suspicion at most, and that only where the whole sample came to one outcome.
 */
import { chance, shuffled } from './chance.ts';
import { type Course, courseText } from './course.ts';
import { type GroupOrders, isSampled, ordersOfGroup } from './group-orders.ts';
import { isIllegal, type Lab, orElse } from './lab.ts';
import { fewest } from './minimise.ts';
import { contrastsOf, type Outcome } from './observe.ts';
import { closureOf } from './problem.ts';
import type { Judged, Proof } from './proof.ts';
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

/** So many runs more are left for the orders of what is tried. */
const SPARE = 24;

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

interface Anomaly {
  readonly course: Course;
  readonly outcome: Outcome;
  readonly reach: Proof['reach'];
  /** In how manieth run it was seen, from 1. */
  readonly at: number;
}

interface Wanting {
  /** What differed when it was first seen. */
  readonly wanted?: Anomaly['reach'];
}

interface Looking extends Overlapping {
  readonly most: number;
  readonly from?: number;
  /** What it is compared with; else as many as it takes. */
  readonly orders?: GroupOrders;
  /** Whatever is seen first is enough; else what is kept differently comes before mere answers. */
  readonly isFirst?: boolean;
}

/** An outcome of the group that is none of its orders, in so many runs. */
async function anomalyOf(
  lab: Lab,
  group: Group,
  { seed, most, from = 0, isFirst = false, ...more }: Looking,
): Promise<Anomaly | undefined> {
  const orders = more.orders ?? ordersOfGroup(lab, group.together, seed);
  const known = await knownOf(lab, group, orders.first);
  if (known.texts.size === 0) return undefined;
  let mild: Anomaly | undefined;
  for (let at = from; at < from + most; at++) {
    const { course, delays } = together(lab, group, { seed, at });
    const outcome = await lab.look(course, delays);
    if (isIllegal(outcome) || known.texts.has(outcome.text)) continue;
    if (await isOfAccepted(lab, group, { seed, known, outcome })) continue;
    if (!(await isNoneOf(lab, group, { orders, known, outcome }))) continue;
    const reach = isKept(outcome, known) ? 'answers' : 'state';
    const found = { course, outcome, reach, at: at + 1 } as const;
    if (isFirst || reach === 'state') return found;
    mild ??= found;
  }
  return mild;
}

/** What the orders that were run came to, and how they ended; grows. */
interface Known {
  readonly texts: Set<string>;
  readonly ends: Set<string>;
}

async function knownOf(lab: Lab, group: Group, orders: GroupOrders['first']): Promise<Known> {
  const known: Known = { texts: new Set(), ends: new Set() };
  for (const outcome of await outcomesOf(lab, group, orders)) learn(known, outcome);
  return known;
}

function learn({ texts, ends }: Known, { text, end }: Outcome): void {
  texts.add(text);
  if (end !== undefined) ends.add(end);
}

/** What was read at the end is that of an order. */
function isKept({ end }: Outcome, { ends }: Known): boolean {
  return end !== undefined && ends.has(end);
}

interface Refusing {
  readonly seed: number;
  readonly known: Known;
  readonly outcome: Outcome;
}

/**
 * Whether it is what an order comes to of those that were accepted: a call that is refused, as by a
 * lock that is taken, does nothing, and whoever is told so can try again.
 */
async function isOfAccepted(
  lab: Lab,
  group: Group,
  { seed, known, outcome: { without } }: Refusing,
): Promise<boolean> {
  if (!without) return false;
  const isAccepted = (place: number): boolean =>
    lab
      .courseOf([place])
      .flat()
      .every((number) => !without.refused.has(number));
  const together = group.together.filter(isAccepted);
  if (together.length === group.together.length) return false;
  const { first, more } = ordersOfGroup(lab, together, seed);
  for (const [at, order] of [...first, ...more].entries()) {
    if (at >= first.length && !lab.hasLeft(SPARE)) break;
    const seen = await lab.inOrder([...group.before, ...order]);
    if (isIllegal(seen)) continue;
    if (seen.end !== undefined) known.ends.add(seen.end);
    if ((seen.without?.outcome ?? seen).text === without.outcome.text) return true;
  }
  return false;
}

interface Seeking {
  readonly orders: GroupOrders;
  readonly known: Known;
  readonly outcome: Outcome;
}

/** Whether no other order comes to it either, as far as they can be run; a part that differs in itself tells nothing. */
async function isNoneOf(
  lab: Lab,
  group: Group,
  { orders, known, outcome }: Seeking,
): Promise<boolean> {
  for (const order of orders.more) {
    if (!lab.hasLeft(SPARE)) return known.texts.size === 1;
    const seen = await lab.inOrder([...group.before, ...order]);
    if (isIllegal(seen)) continue;
    learn(known, seen);
    if (seen.text === outcome.text) return false;
  }
  return orders.isAll || known.texts.size === 1;
}

/** What orders of the group show; those that cannot be run are none. */
async function outcomesOf(
  lab: Lab,
  group: Group,
  orders: GroupOrders['first'],
): Promise<readonly Outcome[]> {
  const found: Outcome[] = [];
  for (const order of orders) {
    const outcome = await lab.inOrder([...group.before, ...order]);
    if (!isIllegal(outcome)) found.push(outcome);
  }
  return found;
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
const notAll = (total: number): string =>
  `an outcome was seen that none of the orders that were run has, and not all of its ${total} orders can be run`;
const SEEN_ONCE = 'an outcome that no order has was seen, and not often enough to be sure';
/** How often something is seen again before it is reported. */
const MORE = 2;

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
