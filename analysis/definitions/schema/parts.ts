/** The schemas inside a schema, where each stands, and whether it is written as a schema must be. */
import { escapePointer, isObject, type JsonObject, member } from '../../../model/json.ts';
import { dialectOf } from './fit/fit.ts';
import { LISTS, MAPS, SCHEMAS } from './place.ts';

export interface Part {
  readonly schema: unknown;
  /** A JSON pointer into the whole. */
  readonly at: string;
  /** The way from the root leads through `properties` alone. */
  readonly isMember: boolean;
}

/** A schema, and all schemas inside it. Texts nest 256 deep at most, so this ends. */
export function* partsOf(schema: unknown, at = '', isMember = true): Generator<Part> {
  yield { schema, at, isMember };
  if (!isObject(schema)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    const isNext = isMember && keyword === 'properties';
    for (const [key, inner] of inside(keyword, value)) {
      yield* partsOf(inner, `${at}/${escapePointer(keyword)}${key}`, isNext);
    }
  }
}

function inside(keyword: string, value: unknown): [key: string, schema: unknown][] {
  if (MAPS.has(keyword) && isObject(value))
    return Object.entries(value).map(([name, schema]) => [`/${escapePointer(name)}`, schema]);
  const isList = LISTS.has(keyword) || keyword === 'items';
  if (isList && Array.isArray(value)) return value.map((schema, at) => [`/${at}`, schema]);
  return SCHEMAS.has(keyword) ? [['', value]] : [];
}

/** Where a schema breaks the form of its dialect; undefined where it does not, or the dialect is unknown. */
export function malformedAt(schema: JsonObject): string | undefined {
  if (!dialectOf(schema)) return undefined;
  for (const part of partsOf(schema)) {
    if (typeof part.schema === 'boolean') continue;
    if (!isObject(part.schema)) return part.at;
    const keyword = Object.keys(part.schema).find((name) => !isWellFormed(name, part.schema));
    if (keyword !== undefined) return `${part.at}/${escapePointer(keyword)}`;
  }
  return undefined;
}

const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
const NUMBERS =
  /^(?:minimum|maximum|multipleOf|minLength|maxLength|minItems|maxItems|minProperties|maxProperties)$/;

function isWellFormed(keyword: string, schema: unknown): boolean {
  const value = member(schema, keyword);
  if (MAPS.has(keyword)) return isObject(value);
  if (LISTS.has(keyword) || keyword === 'enum') return Array.isArray(value);
  if (NUMBERS.test(keyword)) return typeof value === 'number';
  switch (keyword) {
    case 'type':
      return (Array.isArray(value) ? value : [value]).every((type) => TYPES.has(type));
    case 'required':
      return Array.isArray(value) && value.every((name) => typeof name === 'string');
    case '$ref':
    case 'pattern':
      return typeof value === 'string';
    default:
      return true;
  }
}
