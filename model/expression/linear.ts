/**
 * Whether an expression runs in linear time on every text: what is refused here is never run on what
 * a peer sent.
 *
 * The rule: from each character of a text an expression may take no more than MOST_STEPS steps. They
 * are counted on the expression, not on a text, and no text needs more, for this is how engines
 * with backtracking work:
 *
 * - One step is one character or edge looked at, or one more round of a repetition.
 * - `costOf(part, rest)` is the most steps that a part and the rest behind it take until everything
 *   was tried. A choice tries each branch with the rest, so its cost is their sum; but where no two
 *   branches can begin with the same character, one of them goes on and all others fail at once.
 * - A repetition is the choice that it is: once more and then again, or the rest. So `x{0,3}` costs
 *   what `(?:x(?:x(?:x|)|)|)` costs, and a repetition inside another multiplies by itself.
 * - Without an end, that has no bound: as many rounds as the text has characters, from each of
 *   its characters. Such a repetition is refused, but for two cases. At the end of an expression
 *   nothing can fail any more: what it takes is part of the match, and is never looked at again.
 *   And an expression that is tried at one place only, since it begins with `^` or is sticky,
 *   may go through the text once.
 * - What an expression begins with counts at each character, and all that follows only where
 *   that beginning stands: `eyJ` cannot stand nearer to itself than three characters.
 *
 * The test kit has an engine that counts the same steps, and holds every figure given here.
 */
import { ANY, type Characters, joined, overlap } from './characters.ts';
import { shortestMatch } from './facts.ts';
import { type Expression, type Look, parseExpression, type Repetition } from './parse.ts';

/** Steps at one character of a text. */
export const MOST_STEPS = 1000;

/** An expression that is tried at one place may take what others take at so many characters. */
const MOST_ONCE = 10;

/** Where counting stops, so that no expression keeps the counting busy. */
const TOO_MANY = 1_000_000;

export type Verdict =
  /** `once`: at most so many steps more, however long the text is. */
  | { readonly ok: true; readonly steps: number; readonly once: number }
  | { readonly ok: false; readonly reason: string };

/** Counts an expression; the reason of a refusal goes on from "it …". */
export function checkLinear(source: string, flags = ''): Verdict {
  const parsed = parseExpression(source, flags);
  if (!parsed.ok) return parsed;
  const cost = costOf(parsed.expression, MATCHED);
  if (flags.includes('y') || isAtStart(parsed.expression)) return ofOneAttempt(cost);
  if (cost.endless !== undefined) {
    const reason = `repeats ${cost.endless} without an end, and what follows may fail: give it one, such as {1,64}`;
    return { ok: false, reason };
  }
  const { steps, distance } = beginningOf(parsed.expression);
  const most = cost.steps + cost.after;
  const each = Math.ceil(Math.min(most, steps + most / distance) + cost.taken);
  return each > MOST_STEPS
    ? { ok: false, reason: tooMany(each) }
    : { ok: true, steps: each, once: most };
}

/** From one place it may look through the whole text, and take some steps more. */
function ofOneAttempt({ steps, after, growing, taken }: Cost): Verdict {
  const once = steps + after;
  const each = growing + taken;
  if (each > MOST_STEPS) return { ok: false, reason: tooMany(each) };
  if (once > MOST_STEPS * MOST_ONCE) return { ok: false, reason: tooMany(once) };
  return { ok: true, steps: each, once };
}

function tooMany(steps: number): string {
  const count = steps >= TOO_MANY ? 'a million and more' : String(steps);
  return `may take ${count} steps at one character of a text, and ${MOST_STEPS} are the most: shorten its repetitions, or begin it with fixed text`;
}

function isAtStart(expression: Expression): boolean {
  if (expression.kind === 'sequence') {
    const [first] = expression.items;
    return first !== undefined && isAtStart(first);
  }
  return expression.kind === 'edge' && expression.of === '^';
}

/** What running a part and all that follows it costs, and what it may begin with. */
interface Cost {
  /** The most steps, whatever the text. */
  readonly steps: number;
  /** And so many for each character of the text. */
  readonly growing: number;
  /** The most steps until it fails on a character that it cannot begin with. */
  readonly entry: number;
  readonly first: Characters;
  readonly canFail: boolean;
  /** The most steps that lead nowhere once nothing can fail any more: that comes but once. */
  readonly after: number;
  /** Steps for each character that the end of a match takes. */
  readonly taken: number;
  /** A repetition without an end behind which something may fail. */
  readonly endless?: string;
}

/** Behind the end of an expression: nothing can fail any more. */
const MATCHED: Cost = {
  steps: 0,
  growing: 0,
  entry: 0,
  first: ANY,
  canFail: false,
  after: 0,
  taken: 0,
};
/** Behind the end of a look, whose characters are looked at again. */
const LOOKED: Cost = { ...MATCHED, canFail: true };

/** `isBack`: inside a look behind, which goes backwards through the text and the expression. */
function costOf(part: Expression, rest: Cost, isBack = false): Cost {
  if (rest.steps > TOO_MANY) return rest;
  switch (part.kind) {
    case 'one':
      return { ...rest, steps: rest.steps + 1, entry: 1, first: part.set, canFail: true };
    case 'edge':
      return atEdge(part.of === (isBack ? '^' : '$'), rest);
    case 'sequence': {
      const items = isBack ? part.items : part.items.toReversed();
      return items.reduce((cost, item) => costOf(item, cost, isBack), rest);
    }
    case 'choice':
      return part.branches.map((branch) => costOf(branch, rest, isBack)).reduce(either);
    case 'look':
      return lookedBefore(part, rest, isBack);
    case 'repeat':
      return repeated(part, rest, isBack);
  }
}

/** The cost of trying one thing, then the other. */
function either(one: Cost, other: Cost): Cost {
  const isOnlyOne = !overlap(one.first, other.first);
  const entry = one.entry + other.entry;
  const both = { ...sum(one, other), entry, first: joined([...one.first, ...other.first]) };
  if (!isOnlyOne) return both;
  return {
    ...both,
    steps: Math.max(entry, one.steps + other.entry, one.entry + other.steps),
    growing: Math.max(one.growing, other.growing),
  };
}

/** Behind the border of a text there is no character to go on with. */
function atEdge(isBorder: boolean, rest: Cost): Cost {
  const cost = { ...rest, steps: rest.steps + 1, entry: rest.entry + 1, canFail: true };
  return isBorder ? { ...cost, entry: 1, first: [] } : cost;
}

function lookedBefore({ item, isAhead, isNegative }: Look, rest: Cost, isBack: boolean): Cost {
  const look = costOf(item, LOOKED, !isAhead);
  const both = { ...sum(look, rest), canFail: true };
  // What follows must begin as the look does.
  if (isAhead && !isNegative && !isBack) return both;
  const entry = look.growing > 0 ? Infinity : look.steps + rest.entry;
  return { ...both, entry, first: rest.first };
}

function sum(one: Cost, other: Cost): Cost {
  const endless = one.endless ?? other.endless;
  return {
    steps: one.steps + other.steps,
    growing: one.growing + other.growing,
    entry: one.entry,
    first: one.first,
    canFail: one.canFail && other.canFail,
    after: Math.max(one.after, other.after),
    taken: Math.max(one.taken, other.taken),
    ...(endless === undefined ? {} : { endless }),
  };
}

function repeated(part: Repetition, rest: Cost, isBack: boolean): Cost {
  const { item, min, max } = part;
  let cost = rest;
  if (max > min) {
    if (!rest.canFail) cost = atTheEnd(item, rest, isBack);
    else if (max === Infinity) cost = withoutEnd(part, rest);
    else cost = rounds(max - min, rest, (more) => either(costOf(item, more, isBack), rest));
  }
  return rounds(min, cost, (more) => costOf(item, more, isBack));
}

function rounds(count: number, rest: Cost, round: (more: Cost) => Cost): Cost {
  let cost = rest;
  for (let left = count; left > 0 && cost.steps <= TOO_MANY; left--) {
    const next = round(cost);
    cost = { ...next, steps: next.steps + 1, entry: next.entry + 1 };
  }
  return cost;
}

/** What a round takes is part of the match; the last one fails, and is not. */
function atTheEnd(item: Expression, rest: Cost, isBack: boolean): Cost {
  // A round that takes nothing is refused by the engine, which then tries all others.
  const round = costOf(item, shortestMatch(item) === 0 ? LOOKED : MATCHED, isBack);
  const steps = round.steps + round.after + 1;
  return {
    ...sum(round, rest),
    steps: rest.steps,
    first: ANY,
    canFail: false,
    after: rest.after + steps,
    taken: Math.max(rest.taken, round.taken, steps),
  };
}

/** As many rounds as there are characters: counted for single characters only. */
function withoutEnd({ item, source }: Repetition, rest: Cost): Cost {
  const first = item.kind === 'one' ? item.set : ANY;
  const isSimple = item.kind === 'one' && rest.growing < Infinity;
  // Where the rest cannot begin with a repeated character, it is tried to its end but once.
  const isOnce = !overlap(first, rest.first);
  const each = isOnce
    ? 2 + rest.entry + rest.growing
    : rest.growing > 0
      ? Infinity
      : 2 + rest.steps;
  return {
    ...rest,
    steps: rest.steps + 2,
    growing: isSimple ? each : Infinity,
    entry: 2 + rest.entry,
    first: joined([...first, ...rest.first]),
    canFail: true,
    endless: rest.endless ?? source,
  };
}

/** The longest beginning that is looked at, in characters. */
const LONGEST_BEGINNING = 32;

/**
 * What an attempt costs that fails within the fixed beginning of an expression, and how far two
 * places are apart at which that beginning stands.
 */
function beginningOf(expression: Expression): { steps: number; distance: number } {
  const items = expression.kind === 'sequence' ? expression.items : [expression];
  const parts: Expression[] = [];
  const fixed: Characters[] = [];
  for (const item of items) {
    const more = item.kind === 'look' || item.kind === 'edge' ? [] : fixedPart(item);
    if (!more || fixed.length + more.length > LONGEST_BEGINNING) break;
    parts.push(item);
    fixed.push(...more);
  }
  const { steps } = costOf({ kind: 'sequence', items: parts }, LOOKED);
  return { steps, distance: distanceOf(fixed) };
}

/** The characters of a part, place by place, when each of its matches has as many. */
function fixedPart(part: Expression): readonly Characters[] | undefined {
  if (part.kind === 'one') return [part.set];
  if (part.kind === 'repeat') {
    const { item, min, max } = part;
    const once = min === max && min <= LONGEST_BEGINNING ? fixedPart(item) : undefined;
    return once && Array.from({ length: min }, () => once).flat();
  }
  if (part.kind === 'sequence') {
    const parts = part.items.map(fixedPart);
    return parts.every((one) => one !== undefined) ? parts.flat() : undefined;
  }
  if (part.kind !== 'choice') return undefined;
  const branches = part.branches.map(fixedPart);
  const [first] = branches;
  if (!first || !branches.every((one) => one?.length === first.length)) return undefined;
  return first.map((_, at) => joined(branches.flatMap((one) => one?.[at] ?? [])));
}

/** How far this text must be moved until it can stand on itself. */
function distanceOf(fixed: readonly Characters[]): number {
  for (let by = 1; by < fixed.length; by++) {
    if (fixed.slice(by).every((set, at) => overlap(set, fixed[at] ?? []))) return by;
  }
  return Math.max(1, fixed.length);
}
