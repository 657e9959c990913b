/** Keywords that put schemas together, and those that say which schema is of which part of a value. */
import { isObject, type JsonObject } from '../../../../model/json.ts';
import { targetOf } from '../place.ts';
import { matches } from './pattern.ts';
import {
  below,
  type Fit,
  type FitRule,
  isMisfit,
  isSpent,
  misfit,
  type Walk,
  within,
} from './walk.ts';

/** All must fit; what is left of a list need not be looked at once one does not. */
function all(fits: Iterable<Fit>): Fit {
  let fit: Fit = 'fits';
  for (const one of fits) {
    if (isMisfit(one)) return one;
    if (one === 'unknown') fit = one;
  }
  return fit;
}

/** How many of a list fit, at least and at most. */
function count(fits: readonly Fit[]): { least: number; most: number } {
  const least = fits.filter((fit) => fit === 'fits').length;
  return { least, most: least + fits.filter((fit) => fit === 'unknown').length };
}

function each(value: unknown, said: unknown, walk: Walk): Fit[] | undefined {
  if (!Array.isArray(said) || isSpent(walk, said.length)) return undefined;
  return said.map((schema) => walk.judge(value, schema));
}

function* members(
  value: JsonObject,
  schemaOf: (name: string) => unknown,
  walk: Walk,
): Generator<Fit> {
  for (const [name, inner] of Object.entries(value)) {
    const schema = schemaOf(name);
    if (schema !== undefined) yield below(name, walk.judge(inner, schema));
  }
}

function* byPatterns(value: JsonObject, said: JsonObject, walk: Walk): Generator<Fit> {
  for (const [pattern, schema] of Object.entries(said)) {
    for (const [name, inner] of Object.entries(value)) {
      const isMatch = matches(pattern, name, walk);
      if (isMatch === undefined) yield 'unknown';
      else if (isMatch) yield below(name, walk.judge(inner, schema));
    }
  }
}

function* others(
  value: JsonObject,
  said: unknown,
  { properties, patternProperties }: JsonObject,
  walk: Walk,
): Generator<Fit> {
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  for (const [name, inner] of Object.entries(value)) {
    if (isObject(properties) && Object.hasOwn(properties, name)) continue;
    const isMatch = patterns.map((pattern) => matches(pattern, name, walk));
    if (isMatch.includes(true)) continue;
    if (isMatch.includes(undefined)) yield 'unknown';
    else if (said === false) yield within(name, misfit('additionalProperties'));
    else yield below(name, walk.judge(inner, said));
  }
}

const properties: FitRule = (value, said, _, walk) => {
  if (!isObject(value)) return 'fits';
  if (!isObject(said)) return 'unknown';
  return all(members(value, (name) => (Object.hasOwn(said, name) ? said[name] : undefined), walk));
};

const items: FitRule = (value, said, { prefixItems, additionalItems }, walk) => {
  if (!Array.isArray(value)) return 'fits';
  if (!Array.isArray(said)) {
    const first = Array.isArray(prefixItems) ? prefixItems.length : 0;
    return all(elements(value, first, () => said, walk));
  }
  // A list of schemas is how older dialects say `prefixItems`.
  if (walk.dialect === 'plain' || walk.dialect === '2020-12') return 'unknown';
  return all(elements(value, 0, (at) => (at < said.length ? said[at] : additionalItems), walk));
};

const prefixItems: FitRule = (value, said, _, walk) => {
  if (!Array.isArray(value)) return 'fits';
  if (!Array.isArray(said)) return 'unknown';
  return all(elements(value.slice(0, said.length), 0, (at) => said[at], walk));
};

function* elements(
  value: readonly unknown[],
  first: number,
  schemaOf: (at: number) => unknown,
  walk: Walk,
): Generator<Fit> {
  for (let at = first; at < value.length; at++) {
    const schema = schemaOf(at);
    if (schema !== undefined) yield below(at, walk.judge(value[at], schema));
  }
}

const contains: FitRule = (value, said, { minContains = 1, maxContains }, walk) => {
  if (!Array.isArray(value)) return 'fits';
  const { least, most } = count(value.map((one) => walk.judge(one, said)));
  const isFew = typeof minContains === 'number' && most < minContains;
  const isMany = typeof maxContains === 'number' && least > maxContains;
  if (isFew || isMany) return misfit('contains');
  return least === most ? 'fits' : 'unknown';
};

const anyOf: FitRule = (value, said, _, walk) => {
  const fits = each(value, said, walk);
  if (!fits || fits.length === 0) return 'unknown';
  const { least, most } = count(fits);
  if (least > 0) return 'fits';
  return most > 0 ? 'unknown' : closest(fits, 'anyOf');
};

const oneOf: FitRule = (value, said, _, walk) => {
  const fits = each(value, said, walk);
  if (!fits || fits.length === 0) return 'unknown';
  const { least, most } = count(fits);
  if (least > 1) return misfit('oneOf');
  if (most === 0) return closest(fits, 'oneOf');
  return least === 1 && most === 1 ? 'fits' : 'unknown';
};

/** Of one alternative the place inside it is told. */
function closest(fits: readonly Fit[], keyword: string): Fit {
  const [only] = fits;
  return fits.length === 1 && only !== undefined ? only : misfit(keyword);
}

const not: FitRule = (value, said, _, walk) => {
  const fit = walk.judge(value, said);
  if (fit === 'unknown') return fit;
  return isMisfit(fit) ? 'fits' : misfit('not');
};

const condition: FitRule = (value, said, schema, walk) => {
  const fit = walk.judge(value, said);
  if (fit === 'unknown') return fit;
  const branch = isMisfit(fit) ? schema['else'] : schema['then'];
  return branch === undefined ? 'fits' : walk.judge(value, branch);
};

const reference: FitRule = (value, said, _, walk) => {
  if (typeof said !== 'string' || isSpent(walk, said.length)) return 'unknown';
  const target = targetOf(said, walk.root);
  return target === undefined ? 'unknown' : walk.judge(value, target);
};

const dependentSchemas: FitRule = (value, said, _, walk) => {
  if (!isObject(value)) return 'fits';
  if (!isObject(said)) return 'unknown';
  const meant = Object.entries(said).filter(([name]) => Object.hasOwn(value, name));
  return all(meant.map(([, schema]) => walk.judge(value, schema)));
};

export const FIT_COMBINATIONS: Readonly<Record<string, FitRule>> = {
  properties,
  patternProperties: (value, said, _, walk) => {
    if (!isObject(value)) return 'fits';
    return isObject(said) ? all(byPatterns(value, said, walk)) : 'unknown';
  },
  additionalProperties: (value, said, schema, walk) =>
    isObject(value) ? all(others(value, said, schema, walk)) : 'fits',
  propertyNames: (value, said, _, walk) =>
    isObject(value) ? all(Object.keys(value).map((name) => walk.judge(name, said))) : 'fits',
  dependentSchemas,
  items,
  prefixItems,
  contains,
  allOf: (value, said, _, walk) => {
    const fits = each(value, said, walk);
    return fits ? all(fits) : 'unknown';
  },
  anyOf,
  oneOf,
  not,
  if: condition,
  $ref: reference,
};
