/** Rules for numbers: bounds of values, and counts of characters, items and members. */
import { isObject } from '../../../model/json.ts';
import { type Rule, requiredOf } from './allowed.ts';
import type { Kind } from './kinds.ts';
import type { Conjunct } from './place.ts';

interface Bound {
  readonly value: number;
  readonly isOpen: boolean;
}

/** The tightest bound on one side: the highest minimum, or the lowest maximum (`sign` -1). */
function bound(conjuncts: readonly Conjunct[], sign: 1 | -1): Bound {
  const [closed, open] =
    sign === 1 ? ['minimum', 'exclusiveMinimum'] : ['maximum', 'exclusiveMaximum'];
  let found: Bound = { value: Number.NEGATIVE_INFINITY, isOpen: false };
  for (const { keywords } of conjuncts) {
    for (const [keyword, isOpen] of [
      [closed, false],
      [open, true],
    ] as const) {
      const value = keywords[keyword];
      if (typeof value !== 'number') continue;
      const one = { value: value * sign, isOpen };
      if (one.value > found.value || (one.value === found.value && isOpen)) found = one;
    }
  }
  return found;
}

export const lowest: Rule = ({ allowed: { all, kinds, values }, wide, keyword, at }) => {
  if (!kinds.has('integer') && !kinds.has('fraction')) return [];
  const is = wide.keywords[keyword];
  if (typeof is !== 'number') return [{ at, why: 'undecided', keyword }];
  const sign = /min/i.test(keyword) ? 1 : -1;
  const isOpen = keyword.startsWith('exclusive');
  const holds = ({ value, isOpen: leftOpen }: Bound): boolean =>
    value > is * sign || (value === is * sign && (leftOpen || !isOpen));
  if (values) {
    const refused = values.filter(
      (value) => typeof value === 'number' && !holds({ value: value * sign, isOpen: false }),
    );
    return refused.length === 0 ? [] : [{ at, why: 'values', values: refused }];
  }
  const had = bound(all, sign);
  if (holds(had)) return [];
  // The same number that was included was another bound.
  const was = Number.isFinite(had.value) && had.value !== is * sign ? had.value * sign : undefined;
  return [{ at, why: 'bound', keyword, was, is }];
};

export const multiple: Rule = ({ allowed: { all, kinds }, wide, keyword, at }) => {
  if (!kinds.has('integer') && !kinds.has('fraction')) return [];
  const is = wide.keywords[keyword];
  if (is === 1 && !kinds.has('fraction')) return [];
  const steps = all.map(({ keywords }) => keywords[keyword]);
  // Of fractions the remainder cannot be trusted.
  const holds = steps.some(
    (step) =>
      step === is ||
      (Number.isInteger(step) && Number.isInteger(is) && Number(step) % Number(is) === 0),
  );
  const was = steps.find((step) => step !== undefined);
  return holds ? [] : [{ at, why: 'bound', keyword, was, is }];
};

/** What each keyword counts, and from which side it bounds. */
export const COUNTS: Readonly<Record<string, readonly [Kind, 1 | -1]>> = {
  minLength: ['string', 1],
  maxLength: ['string', -1],
  minItems: ['array', 1],
  maxItems: ['array', -1],
  minProperties: ['object', 1],
  maxProperties: ['object', -1],
};

export const count: Rule = ({ allowed: { all, kinds, values }, wide, keyword, at }) => {
  const [kind, sign] = COUNTS[keyword] ?? ['string', 1];
  if (!kinds.has(kind)) return [];
  const is = wide.keywords[keyword];
  if (typeof is !== 'number') return [{ at, why: 'undecided', keyword }];
  const holds = (value: number): boolean => (sign === 1 ? value >= is : value <= is);
  if (values) {
    const refused = values.filter((value) => {
      const size = sizeOf(value, kind);
      return size !== undefined && !holds(size);
    });
    return refused.length === 0 ? [] : [{ at, why: 'values', values: refused }];
  }
  const needed = keyword === 'minProperties' ? [new Set(requiredOf(all)).size] : [];
  const had = [...needed, ...all.map(({ keywords }) => keywords[keyword])].filter(
    (value) => typeof value === 'number',
  );
  if ((sign === 1 && is <= 0) || had.some(holds)) return [];
  return [{ at, why: 'bound', keyword, was: had[0], is }];
};

/** Characters are counted as code points (RFC 8259 as JSON Schema reads it). */
function sizeOf(value: unknown, kind: Kind): number | undefined {
  if (kind === 'string') return typeof value === 'string' ? [...value].length : undefined;
  if (kind === 'array') return Array.isArray(value) ? value.length : undefined;
  return isObject(value) ? Object.keys(value).length : undefined;
}
