/** Where a live JSON value differs from a recorded one, and in how many places. */
import { escapePointer, isObject, type JsonObject } from '../model/json.ts';
import { agree, type Trial } from './placeholders.ts';

export interface Comparison {
  /** How many members or items differ; counting stops above the limit. */
  readonly count: number;
  /** The first place that differs, as a JSON pointer (RFC 6901); members in the order of their names. */
  readonly pointer?: string;
  /** What the recorded value holds there; undefined where it holds nothing. */
  readonly recorded?: unknown;
}

/** Compares two JSON values; texts that stand for redacted secrets agree as the trial says. */
export function compareValues(
  recorded: unknown,
  live: unknown,
  { trial, limit = Number.POSITIVE_INFINITY }: { trial: Trial; limit?: number },
): Comparison {
  let count = 0;
  let first: { readonly pointer: string; readonly recorded: unknown } | undefined;
  const differs = (path: readonly string[], a: unknown): void => {
    count++;
    first ??= { pointer: path.map((name) => `/${escapePointer(name)}`).join(''), recorded: a };
  };
  const walk = (a: unknown, b: unknown, path: readonly string[]): void => {
    const members = membersOf(a, b);
    if (!members) {
      if (!agree(a, b, trial)) differs(path, a);
      return;
    }
    for (const name of members) {
      if (count > limit) return;
      const [one, other] = [a as JsonObject, b as JsonObject];
      const isThere = Object.hasOwn(one, name);
      if (isThere && Object.hasOwn(other, name)) walk(one[name], other[name], [...path, name]);
      else differs([...path, name], isThere ? one[name] : undefined);
    }
  };
  walk(recorded, live, []);
  return { count, ...first };
}

/** The names of all members or items of two objects or two lists; undefined of anything else. */
export function membersOf(a: unknown, b: unknown): readonly string[] | undefined {
  if (Array.isArray(a) && Array.isArray(b)) return Object.keys(a.length > b.length ? a : b);
  if (!isObject(a) || !isObject(b)) return undefined;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}
