/** Rules for the members of objects. */
import { isObject } from '../../../model/json.ts';
import {
  type Allowed,
  below,
  memberSchemas,
  type Question,
  type Rule,
  requiredOf,
} from './allowed.ts';
import type { Conjunct, Placed } from './place.ts';
import type { Refusal } from './refusal.ts';

export const required: Rule = ({ allowed, wide, at }) => {
  if (!allowed.kinds.has('object')) return [];
  const given = new Set(requiredOf(allowed.all));
  return requiredOf([wide])
    .filter((name) => !given.has(name))
    .map((name) => ({ at: below(at, name), why: 'required' }));
};

export const members: Rule = ({ allowed, wide, at, comparison }) => {
  const own = wide.keywords['properties'];
  if (!allowed.kinds.has('object')) return [];
  if (!isObject(own)) return [{ at, why: 'undecided', keyword: 'properties' }];
  return Object.entries(own).flatMap(([name, schema]) => {
    const narrow = memberOf(allowed, name) ?? (comparison.of === 'results' ? [] : undefined);
    // A result without the member that was promised may have anything in its place.
    if (!narrow) return [];
    return comparison.compare(narrow, { schema, root: wide.root }, below(at, name));
  });
};

/** What is said of a member; undefined when it is new, and so nobody has sent it. */
function memberOf(allowed: Allowed, name: string): Placed[] | undefined {
  const { all, isRoot } = allowed;
  const named = memberSchemas(all, name);
  const others = all.flatMap((one) =>
    Object.hasOwn(one.keywords['properties'] ?? {}, name) ? [] : othersOf(one),
  );
  if (named.length > 0) return [...named, ...others];
  const speaksOfOthers = all.some(
    ({ keywords }) =>
      keywords['additionalProperties'] !== undefined || keywords['patternProperties'] !== undefined,
  );
  if (speaksOfOthers) return others;
  // An alternative that says nothing of it lets it be anything.
  if (allowed.values || allowed.naming.has(name)) return [];
  const namesSome = isRoot || all.some(({ keywords }) => isObject(keywords['properties']));
  return namesSome ? undefined : [];
}

/** What is said of members that are not named. Where patterns are, they may match, and nothing is sure. */
function othersOf({ keywords, root }: Conjunct): Placed[] {
  const { additionalProperties: schema, patternProperties } = keywords;
  return schema === undefined || patternProperties !== undefined ? [] : [{ schema, root }];
}

export const additionalMembers: Rule = (question) => {
  const { allowed, wide, at, comparison } = question;
  const { additionalProperties: schema, properties, patternProperties } = wide.keywords;
  if (!allowed.kinds.has('object') || schema === true) return [];
  // Who reads results ignores what it does not know.
  if (schema === false && comparison.of === 'results') return [];
  const own = new Set(isObject(properties) ? Object.keys(properties) : []);
  const named = new Set(allowed.all.flatMap(({ keywords }) => namesOf(keywords)));
  const unnamed = [...named]
    .filter((name) => !own.has(name))
    .flatMap((name) => {
      const narrow = memberOf(allowed, name) ?? [];
      return refusedMember(narrow, question, below(at, name));
    });
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  return [...unnamed, ...furtherMembers(question, patterns)];
};

function namesOf({ properties }: Conjunct['keywords']): string[] {
  return isObject(properties) ? Object.keys(properties) : [];
}

function refusedMember(narrow: readonly Placed[], question: Question, at: string): Refusal[] {
  const { wide, comparison } = question;
  const found = comparison.compare(
    narrow,
    { schema: wide.keywords['additionalProperties'], root: wide.root },
    at,
  );
  return found.map((one) => (one.why === 'nothing' && one.at === at ? { at, why: 'gone' } : one));
}

/** Members that the narrow side does not name but allows. `patterns`: those that the wide side has too. */
function furtherMembers(question: Question, patterns: readonly string[]): Refusal[] {
  const { allowed, wide, at, comparison } = question;
  const target = { schema: wide.keywords['additionalProperties'], root: wide.root };
  const closed: Refusal[] = [{ at, why: 'closed' }];
  const attempts = allowed.all.map(({ keywords, root }) => {
    const { additionalProperties: schema, patternProperties } = keywords;
    const matched = isObject(patternProperties)
      ? Object.entries(patternProperties).filter(([pattern]) => !patterns.includes(pattern))
      : [];
    const further = schema === undefined ? [] : [{ schema, root }];
    return [
      ...comparison.compare(further, target, `${at}{}`),
      ...matched.flatMap(([, one]) =>
        comparison.compare([{ schema: one, root }], target, `${at}{}`),
      ),
    ];
  });
  if (attempts.some((refusals) => refusals.length === 0)) return [];
  return attempts.length > 0 || comparison.compare([], target, `${at}{}`).length > 0 ? closed : [];
}
