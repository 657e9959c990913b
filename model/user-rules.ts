/**
 * Reads what a user says about redaction, from a configuration or from a program: everything is
 * known, of its type, and does no harm, or it is a fault that says where and why.
 */
import { characters, overlap } from './expression/characters.ts';
import { charactersOf, fixedTexts, shortestMatch } from './expression/facts.ts';
import { checkLinear } from './expression/linear.ts';
import { parseExpression } from './expression/parse.ts';
import { isObject, type JsonObject } from './json.ts';
import type { UserRules, UserShape } from './rules.ts';
import { LONGEST_NAME, wordsOf } from './secret-names.ts';
import { SECRET_SHAPES } from './secrets.ts';

/** The `redaction` of a configuration, or the option of a tap, as people write it. */
export interface RedactionOptions {
  /** Names of members, variables, options and headers that hold secrets, by their last words. */
  readonly names?: readonly string[];
  /** What secrets of your own look like: regular expressions that run in linear time. */
  readonly shapes?: readonly { readonly type: string; readonly shape: string }[];
  /** Environment variables whose values never stand in a recording. */
  readonly variables?: readonly string[];
  /** What is no secret: names, and types of known shapes. */
  readonly allow?: { readonly names?: readonly string[]; readonly types?: readonly string[] };
}

/** Where a fault is, as members and places in lists, and what is wrong there. */
export class RuleFault extends Error {
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], reason: string) {
    super(reason);
    this.path = path;
  }
}

export type Path = readonly (string | number)[];

/** `mayAllow`: whether it may also say what is no secret. Throws a RuleFault. */
export function readUserRules(value: unknown, path: Path, mayAllow: boolean): UserRules {
  const { names, shapes, variables, allow } = members(value, path, [
    'names',
    'shapes',
    'variables',
    'allow',
  ]);
  if (allow !== undefined && !mayAllow) {
    const reason =
      'only the configuration in the state folder may say what is no secret, and --state DIR names that folder';
    throw new RuleFault([...path, 'allow'], reason);
  }
  return {
    names: list(names, [...path, 'names'], nameAt),
    shapes: list(shapes, [...path, 'shapes'], shapeAt),
    variables: list(variables, [...path, 'variables'], variableAt),
    allow: allowAt(allow ?? {}, [...path, 'allow']),
  };
}

/** The rules of several places; undefined when there are none. */
export function joinedRules(all: readonly UserRules[]): UserRules | undefined {
  const rules: UserRules = {
    names: all.flatMap(({ names }) => names),
    shapes: all.flatMap(({ shapes }) => shapes),
    variables: all.flatMap(({ variables }) => variables),
    allow: {
      names: all.flatMap(({ allow }) => allow.names),
      types: all.flatMap(({ allow }) => allow.types),
    },
  };
  const { names, shapes, variables, allow } = rules;
  const isSome = [names, shapes, variables, allow.names, allow.types].some(({ length }) => length);
  return isSome ? rules : undefined;
}

/** The members of an object that has no others. */
export function members(value: unknown, path: Path, known: readonly string[]): JsonObject {
  if (!isObject(value)) throw new RuleFault(path, 'it is no object');
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return value;
  throw new RuleFault(
    [...path, unknown],
    `${unknown} is not known here; known are ${known.join(', ')}`,
  );
}

const MOST = 500;

/** The items of a list, each read at its place; none where there is no list. */
export function list<T>(value: unknown, path: Path, read: (item: unknown, path: Path) => T): T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new RuleFault(path, 'it is no list');
  if (value.length > MOST) throw new RuleFault(path, `it has more than ${MOST} items`);
  return value.map((item, at) => read(item, [...path, at]));
}

/** A text that is not empty. */
export function textAt(value: unknown, path: Path): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new RuleFault(path, 'it is no text, or an empty one');
}

function nameAt(value: unknown, path: Path): string {
  const name = textAt(value, path);
  const words = wordsOf(name);
  if (words.length > 0 && name.length <= LONGEST_NAME && /[^\s_.-]$/.test(name)) return name;
  throw new RuleFault(path, `it is no name of at most ${LONGEST_NAME} characters`);
}

function variableAt(value: unknown, path: Path): string {
  const name = textAt(value, path);
  if (!/[=\0]/.test(name)) return name;
  throw new RuleFault(path, 'it is no name of an environment variable');
}

function allowAt(value: unknown, path: Path): UserRules['allow'] {
  const { names, types } = members(value, path, ['names', 'types']);
  return {
    names: list(names, [...path, 'names'], nameAt),
    types: list(types, [...path, 'types'], knownType),
  };
}

const KNOWN = new Set(SECRET_SHAPES.map(({ type }) => type));
/** What secrets without a shape are called, wherever they were found. */
const OURS = new Set([...KNOWN, 'field', 'variable', 'env', 'argument', 'header', 'unknown']);

function knownType(value: unknown, path: Path): string {
  const type = textAt(value, path);
  if (KNOWN.has(type)) return type;
  throw new RuleFault(
    path,
    `there is no shape of the type ${type}; known are ${[...KNOWN].join(', ')}`,
  );
}

function shapeAt(value: unknown, path: Path): UserShape {
  const { type: named, shape: written } = members(value, path, ['type', 'shape']);
  const type = textAt(named, [...path, 'type']);
  if (!/^[a-z0-9-]{1,40}$/.test(type) || OURS.has(type)) {
    const reason = OURS.has(type)
      ? 'it is a type of ours'
      : 'it has other characters than a-z, 0-9 and -';
    throw new RuleFault([...path, 'type'], `${type} cannot be the type of a shape: ${reason}`);
  }
  const shape = textAt(written, [...path, 'shape']);
  return { type, shape, hints: hintsOf(type, shape, [...path, 'shape']) };
}

/** A secret is longer, and shorter matches would blank half of a recording. */
const SHORTEST = 4;
/** They end a string or a line: a match that has one could break the text around it. */
const BORDERS = characters('\0\u001f', '"', '\\');

/** Checks a shape, and gives texts of which every match has one. */
function hintsOf(type: string, shape: string, path: Path): readonly string[] {
  const refuse = (reason: string): never => {
    throw new RuleFault(path, `the shape ${type} cannot be used: it ${reason}`);
  };
  const verdict = checkLinear(shape);
  if (!verdict.ok) return refuse(verdict.reason);
  const parsed = parseExpression(shape);
  if (!parsed.ok) return refuse(parsed.reason);
  if (shortestMatch(parsed.expression) < SHORTEST)
    return refuse(`may match fewer than ${SHORTEST} characters`);
  if (overlap(charactersOf(parsed.expression), BORDERS)) {
    return refuse(
      'may match a quotation mark, a backslash or a line end: name the characters it may have',
    );
  }
  try {
    new RegExp(shape);
  } catch {
    return refuse('is no regular expression');
  }
  return fixedTexts(parsed.expression);
}
