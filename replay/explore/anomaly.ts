/**
 * What a group of operations, issued together, comes to that no order of it does. A call that was
 * refused with an error has done nothing, so what the others came to is compared with their orders.
 */
import { chance, shuffled } from './chance.ts';
import type { Course } from './course.ts';
import { type GroupOrders, ordersOfGroup } from './group-orders.ts';
import { isIllegal, type Lab } from './lab.ts';
import type { Outcome } from './observe.ts';
import type { Proof } from './proof.ts';
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

export interface Anomaly {
  readonly course: Course;
  readonly outcome: Outcome;
  readonly reach: Proof['reach'];
  /** In how manieth run it was seen, from 1. */
  readonly at: number;
}

export interface Looking extends Overlapping {
  readonly most: number;
  readonly from?: number;
  /** What it is compared with; else as many as it takes. */
  readonly orders?: GroupOrders;
  /** Whatever is seen first is enough; else what is kept differently comes before mere answers. */
  readonly isFirst?: boolean;
}

/** An outcome of the group that is none of its orders, in so many runs. */
export async function anomalyOf(
  lab: Lab,
  group: Group,
  { seed, most, from = 0, isFirst = false, ...more }: Looking,
): Promise<Anomaly | undefined> {
  const orders = more.orders ?? ordersOfGroup(lab, group.together, seed);
  const known = await knownOf(lab, group, orders.first);
  if (known.texts.size === 0) return undefined;
  let mild: Anomaly | undefined;
  for (let at = from; at < from + most; at++) {
    // What was seen is told, whatever is left to see more with.
    if (mild && !lab.hasLeft(1)) break;
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
export async function outcomesOf(
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
export function together(
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

/** So many runs more are left for the orders of what is tried. */
export const SPARE = 24;
