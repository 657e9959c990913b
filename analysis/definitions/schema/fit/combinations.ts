/** Keywords that put schemas together, and those that say which schema is of which part of a value. */
import { isObject, type JsonObject } from '../../../../model/json.ts';
import { targetOf } from '../place.ts';
import { matches } from './pattern.ts';
import { type Fit, type FitRule, isMisfit, isSpent, misfit, type Walk, within } from './walk.ts';

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

/** As `all`, for each member of an object. */
function allMembers(value: JsonObject, fitOf: (name: string, inner: unknown) => Fit): Fit {
  let fit: Fit = 'fits';
  for (const name in value) {
    const one = fitOf(name, value[name]);
    if (one === 'fits') continue;
    if (isMisfit(one)) return within(name, one);
    fit = one;
  }
  return fit;
}

/** As `all`, for each element from the first one on; those without a schema fit. */
function allElements(
  value: readonly unknown[],
  [first, end]: readonly [number, number],
  schemaOf: (at: number) => unknown,
  walk: Walk,
): Fit {
  let fit: Fit = 'fits';
  for (let at = first; at < Math.min(end, value.length); at++) {
    const schema = schemaOf(at);
    const one = schema === undefined ? 'fits' : walk.judge(value[at], schema);
    if (one === 'fits') continue;
    if (isMisfit(one)) return within(at, one);
    fit = one;
  }
  return fit;
}

const properties: FitRule = (value, said, _, walk) => {
  if (!isObject(value)) return 'fits';
  if (!isObject(said)) return 'unknown';
  return allMembers(value, (name, inner) =>
    Object.hasOwn(said, name) ? walk.judge(inner, said[name]) : 'fits',
  );
};

const patternProperties: FitRule = (value, said, _, walk) => {
  if (!isObject(value)) return 'fits';
  if (!isObject(said)) return 'unknown';
  const patterns = Object.entries(said);
  return allMembers(value, (name, inner) =>
    all(
      patterns.map(([pattern, schema]) => {
        const isMatch = matches(pattern, name, walk);
        if (isMatch === undefined) return 'unknown';
        return isMatch ? walk.judge(inner, schema) : 'fits';
      }),
    ),
  );
};

const additionalProperties: FitRule = (value, said, schema, walk) => {
  if (!isObject(value)) return 'fits';
  const { properties: named, patternProperties: matched } = schema;
  const patterns = isObject(matched) ? Object.keys(matched) : [];
  return allMembers(value, (name, inner) => {
    if (isObject(named) && Object.hasOwn(named, name)) return 'fits';
    if (patterns.length > 0) {
      const isMatch = patterns.map((pattern) => matches(pattern, name, walk));
      if (isMatch.includes(true)) return 'fits';
      if (isMatch.includes(undefined)) return 'unknown';
    }
    return said === false ? misfit('additionalProperties') : walk.judge(inner, said);
  });
};

const items: FitRule = (value, said, { prefixItems: before, additionalItems }, walk) => {
  if (!Array.isArray(value)) return 'fits';
  if (!Array.isArray(said)) {
    const first = Array.isArray(before) ? before.length : 0;
    return allElements(value, [first, value.length], () => said, walk);
  }
  // A list of schemas is how older dialects say `prefixItems`.
  if (walk.dialect === 'plain' || walk.dialect === '2020-12') return 'unknown';
  const schemaOf = (at: number): unknown => (at < said.length ? said[at] : additionalItems);
  return allElements(value, [0, value.length], schemaOf, walk);
};

const prefixItems: FitRule = (value, said, _, walk) => {
  if (!Array.isArray(value)) return 'fits';
  if (!Array.isArray(said)) return 'unknown';
  return allElements(value, [0, said.length], (at) => said[at], walk);
};

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
  patternProperties,
  additionalProperties,
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
