/** Rules for `anyOf` and `oneOf`. */
import { areApart, type Question, type Rule } from './allowed.ts';
import { type Kind, kindsOf, kindsText } from './kinds.ts';
import { conjunctsOf, type Placed } from './place.ts';
import type { Refusal } from './refusal.ts';

export const alternatives: Rule = (question) => {
  const list = question.wide.keywords['anyOf'];
  if (!Array.isArray(list)) return [{ at: question.at, why: 'undecided', keyword: 'anyOf' }];
  return oneOfThem(question, placed(list, question), () => true);
};

/** Exactly one must hold, so the others must be known to be apart from what is allowed. */
export const oneAlternative: Rule = (question) => {
  const { at, wide } = question;
  const list = wide.keywords['oneOf'];
  if (!Array.isArray(list)) return [{ at, why: 'undecided', keyword: 'oneOf' }];
  const all = placed(list, question);
  return oneOfThem(question, all, (narrow, chosen) =>
    all.every((other) => other === chosen || areApart(narrow, [other])),
  );
};

function placed(list: readonly unknown[], { wide: { root } }: Question): Placed[] {
  return list.map((schema) => ({ schema, root }));
}

type IsOnly = (narrow: readonly Placed[], chosen: Placed) => boolean;

/** Each value, or each kind of values, must be allowed by one alternative as a whole. */
function oneOfThem(question: Question, all: readonly Placed[], isOnly: IsOnly): Refusal[] {
  const { allowed, at } = question;
  const narrow = allowed.all.map(({ keywords, root }) => ({ schema: keywords, root }));
  const whole = attempt(question, narrow, all, isOnly);
  if (whole.length === 0) return [];
  const pieces = allowed.values
    ? allowed.values.map((value) => ({ const: value }))
    : [...allowed.kinds].map((kind) => (kind === 'fraction' ? { type: 'number' } : { type: kind }));
  if (pieces.length < 2) return whole;
  const refused = pieces.flatMap((piece) => {
    const part = [...narrow, { schema: piece, root: piece }];
    return attempt(question, part, all, isOnly);
  });
  if (refused.length === 0 || allowed.values) return refused;
  const missing = untaken(allowed.kinds, all);
  if (missing.size === 0) return refused;
  const taken = new Set([...allowed.kinds].filter((kind) => !missing.has(kind)));
  const [was, is] = [kindsText(allowed.kinds), kindsText(taken) || 'nothing'];
  return [{ at, why: 'type', was, is, apart: taken.size === 0 }];
}

/** The kinds that no alternative takes. */
function untaken(kinds: ReadonlySet<Kind>, all: readonly Placed[]): Set<Kind> {
  const taken = new Set(all.flatMap((one) => [...kindsOf(conjunctsOf([one]).all)]));
  return new Set([...kinds].filter((kind) => !taken.has(kind)));
}

/** What the alternative that comes nearest refuses. */
function attempt(
  { at, comparison }: Question,
  narrow: readonly Placed[],
  all: readonly Placed[],
  isOnly: IsOnly,
): Refusal[] {
  let nearest: Refusal[] | undefined;
  for (const one of all) {
    const refusals = comparison.cover(narrow, one, at);
    if (refusals.length === 0 && isOnly(narrow, one)) return [];
    if (refusals.length === 0) nearest = [{ at, why: 'undecided', keyword: 'oneOf' }];
    else if (!nearest || refusals.length < nearest.length) nearest = refusals;
  }
  const fits = all.filter((one) => !areApart(narrow, [one]));
  if (fits.length === 1 && nearest) return nearest;
  return nearest?.every(({ why }) => why === 'undecided') ? nearest : [{ at, why: 'alternative' }];
}
