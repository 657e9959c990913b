/**
 * Whether everything that one schema allows is allowed by another: `within(narrow, wide)` lists
 * what the wide one may refuse. An empty list is a proof; anything that is not understood is in the
 * list as undecided. So "nothing is refused" may be missed, and is never claimed wrongly.
 *
 * One freedom is taken: a member that only the wide schema names, where the narrow one names others
 * and says nothing of further members, is new, and nobody has sent it yet (naming.ts).
 */
import { canonicalJson } from '../../../model/canonical.ts';
import { isObject } from '../../../model/json.ts';
import { type Allowed, below, type Comparison } from './allowed.ts';
import { RULES } from './keywords.ts';
import { kindsOf, valuesOf } from './kinds.ts';
import { type Naming, namingOf } from './naming.ts';
import {
  bareText,
  type Conjunct,
  conjunctsOf,
  followed,
  isOnly,
  namedMembers,
  type Placed,
  sameValue,
} from './place.ts';
import type { Refusal } from './refusal.ts';

/** What a comparison may cost, in schemas looked at and in depth: hostile ones could go on for ever. */
const STEPS = 5000;
const DEPTH = 300;

interface Walk extends Comparison {
  left: number;
  depth: number;
  /** What the narrow side names at this place. */
  naming: Naming;
  /** Pairs that are being compared further up: a schema that refers to itself comes back to them. */
  readonly assumed: Set<string>;
  readonly numbers: Map<unknown, number>;
}

export function within(narrow: Placed, wide: Placed, of: Comparison['of']): Refusal[] {
  const walk: Walk = {
    of,
    left: STEPS,
    depth: 0,
    naming: { isUnclear: false, has: () => false },
    assumed: new Set(),
    numbers: new Map(),
    compare: (a, b, at) => compare(a, b, at, walk),
    cover: (a, b, at) => cover(a, b, at, walk),
  };
  const refusals = walk.compare([narrow], wide, '');
  return [...new Map(refusals.map((one) => [canonicalJson(one), one])).values()];
}

function compare(given: readonly Placed[], target: Placed, at: string, walk: Walk): Refusal[] {
  const narrow = given.map(followed);
  const wide = followed(target);
  if (narrow.some((one) => sameValue(one.schema, one.root, wide.schema, wide.root))) return [];
  const { naming } = walk;
  const own = namingOf(narrow, naming);
  const numbers = [...narrow, wide].map(({ schema }) => numberOf(schema, walk));
  const pair = [own.isUnclear, ...numbers].join(' ');
  if (walk.assumed.has(pair)) return [];
  walk.assumed.add(pair);
  walk.naming = own;
  const found = [...goneMembers(narrow, wide, at, walk), ...cover(narrow, wide, at, walk)];
  walk.naming = naming;
  walk.assumed.delete(pair);
  return found;
}

function numberOf(schema: unknown, { numbers }: Walk): number {
  const known = numbers.get(schema) ?? numbers.size;
  numbers.set(schema, known);
  return known;
}

/** Members that the older of the two names and the newer one does not. */
function goneMembers(
  narrow: readonly Placed[],
  wide: Placed,
  at: string,
  { of }: Comparison,
): Refusal[] {
  const sides = [narrow, [wide]].map((side) => {
    const all = side.map(namedMembers);
    const names = new Set(all.flatMap((one) => [...one.names]));
    return { names, isOpen: all.every((one) => one.isOpen) };
  });
  const [older, newer] = of === 'arguments' ? sides : sides.toReversed();
  if (!older || !newer || (newer.isOpen && at !== '')) return [];
  return [...older.names]
    .filter((name) => !newer.names.has(name))
    .map((name) => ({ at: below(at, name), why: 'gone' }));
}

/** Goes through the alternatives of the narrow side; each must be allowed. */
function cover(narrow: readonly Placed[], wide: Placed, at: string, walk: Walk): Refusal[] {
  if (walk.left-- <= 0 || walk.depth >= DEPTH)
    return [{ at, why: 'undecided', keyword: 'a schema this large or deep' }];
  walk.depth++;
  const found = coverAll(narrow, wide, at, walk);
  walk.depth--;
  return found;
}

function coverAll(narrow: readonly Placed[], wide: Placed, at: string, walk: Walk): Refusal[] {
  const { all, never } = conjunctsOf(narrow);
  if (never || isAmong(narrow, wide)) return [];
  const branching = all.find(({ keywords }) => alternativesOf(keywords) !== undefined);
  if (branching) {
    const rest = all.map((one) => (one === branching ? withoutAlternatives(one) : one));
    const others = rest.map(({ keywords, root }) => ({ schema: keywords, root }));
    const { root } = branching;
    return (alternativesOf(branching.keywords) ?? []).flatMap((schema) =>
      cover([...others, { schema, root }], wide, at, walk),
    );
  }
  const kinds = kindsOf(all);
  if (kinds.size === 0) return [];
  const allowed = {
    all,
    kinds,
    values: valuesOf(all, kinds),
    isRoot: at === '',
    naming: walk.naming,
  };
  return allowedBy(allowed, wide, at, walk);
}

/** Whether the wide schema is a choice of which the narrow one, as it stands, is a part. */
function isAmong(narrow: readonly Placed[], { schema, root }: Placed): boolean {
  if (!isObject(schema) || !Array.isArray(schema['anyOf'])) return false;
  return (
    isOnly(schema, 'anyOf') &&
    schema['anyOf'].some((one) => narrow.some((it) => sameValue(it.schema, it.root, one, root)))
  );
}

function alternativesOf({ anyOf, oneOf }: Conjunct['keywords']): readonly unknown[] | undefined {
  if (Array.isArray(anyOf)) return anyOf;
  return Array.isArray(oneOf) ? oneOf : undefined;
}

/** One list at a time is gone through, so that the other still counts. */
function withoutAlternatives({ keywords, root }: Conjunct): Conjunct {
  const { anyOf, oneOf, ...rest } = keywords;
  const stays = Array.isArray(anyOf) && oneOf !== undefined;
  return { keywords: stays ? { ...rest, oneOf } : rest, root };
}

/** What the wide schema may refuse of values without alternatives: one rule a keyword. */
function allowedBy(allowed: Allowed, wide: Placed, at: string, comparison: Comparison): Refusal[] {
  const { all, never, unread } = conjunctsOf([wide]);
  if (never) return [{ at, why: 'nothing' }];
  const refusals = all.flatMap((one) =>
    Object.keys(one.keywords).flatMap((keyword) =>
      (RULES[keyword] ?? unknown)({ allowed, wide: one, keyword, at, comparison }),
    ),
  );
  if (unread) refusals.push({ at, why: 'undecided', keyword: '$ref' });
  return [...refusals, ...unknownDropped(allowed, all, at)];
}

const unknown: (typeof RULES)[string] = ({ allowed, wide, keyword, at }) =>
  isIn(keyword, wide, allowed.all) ? [] : [{ at, why: 'undecided', keyword }];

/** A keyword that nobody knows may have changed what others mean, also when it goes. */
function unknownDropped(allowed: Allowed, wide: readonly Conjunct[], at: string): Refusal[] {
  return allowed.all.flatMap((one) =>
    Object.keys(one.keywords)
      .filter((keyword) => RULES[keyword] === undefined && !isIn(keyword, one, wide))
      .map((keyword): Refusal => ({ at, why: 'undecided', keyword })),
  );
}

function isIn(keyword: string, { keywords, root }: Conjunct, all: readonly Conjunct[]): boolean {
  return all.some((one) => {
    const said = one.keywords[keyword];
    if (!sameValue(keywords[keyword], root, said, one.root)) return false;
    // The same name may lead to something else in another document.
    return !keyword.endsWith('Ref') || bareText(root) === bareText(one.root);
  });
}
