/** Where a live JSON value differs from a recorded one, and in how many places. */
import { isObject, type JsonObject } from '../model/json.ts';
import { agree, type Trial } from './placeholders.ts';

export interface Comparison {
  /** How many members or items differ; counting stops above the limit. */
  readonly count: number;
  /** The first place that differs, as a JSON pointer (RFC 6901); members in the order of their names. */
  readonly pointer?: string;
}

/** Compares two JSON values; texts that stand for redacted secrets agree as the trial says. */
export function compareValues(
  recorded: unknown,
  live: unknown,
  { trial, limit = Number.POSITIVE_INFINITY }: { trial: Trial; limit?: number },
): Comparison {
  let count = 0;
  let first: string | undefined;
  const differs = (path: readonly string[]): void => {
    count++;
    first ??= path.map((name) => `/${escapePointer(name)}`).join('');
  };
  const walk = (a: unknown, b: unknown, path: readonly string[]): void => {
    const members = membersOf(a, b);
    if (!members) {
      if (!agree(a, b, trial)) differs(path);
      return;
    }
    for (const name of members) {
      if (count > limit) return;
      const [one, other] = [a as JsonObject, b as JsonObject];
      const inBoth = Object.hasOwn(one, name) && Object.hasOwn(other, name);
      if (inBoth) walk(one[name], other[name], [...path, name]);
      else differs([...path, name]);
    }
  };
  walk(recorded, live, []);
  return first === undefined ? { count } : { count, pointer: first };
}

/** The names of all members or items of two objects or two lists; undefined of anything else. */
export function membersOf(a: unknown, b: unknown): readonly string[] | undefined {
  if (Array.isArray(a) && Array.isArray(b)) return Object.keys(a.length > b.length ? a : b);
  if (!isObject(a) || !isObject(b)) return undefined;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

/** One step of a JSON pointer. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
