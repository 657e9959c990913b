/** Whether two writes of one resource are in each other's way at all. */
import type { Context } from './context.ts';
import type { Touch } from './state.ts';
import { argumentAt, type Content, contentOf } from './values.ts';

/** Whether it matters which of two overwriting writes comes last. */
export function matters(a: Touch, b: Touch, { values, guards }: Context): boolean {
  const [one, other] = [a.operation, b.operation];
  if (guards.isLocked(one) || guards.isLocked(other)) return false;
  if (guards.isConditional(one) && guards.isConditional(other)) return false;
  if (values.askedFor(one) === values.askedFor(other)) return false;
  if (values.versionOf(one) === values.versionOf(other) && one.kind === other.kind) return false;
  return !areApart(a, b, values);
}

/** Two changes of one thing, each of another part of it. */
function areApart(a: Touch, b: Touch, values: Context['values']): boolean {
  const [one, other] = [a.operation, b.operation];
  if (one.kind !== 'M' || other.kind !== 'M' || one.edits || other.edits) return false;
  const parts = values.writtenBy(one).parts;
  return ![...values.writtenBy(other).parts].some(
    ([name, value]) => parts.has(name) && parts.get(name) !== value,
  );
}

/** What a change puts, as far as `later` writes to the same place and something else. */
export function putsUnder(change: Touch, later: Touch, values: Context['values']): Content {
  const { puts, parts } = values.writtenBy(change.operation);
  const over = values.writtenBy(later.operation).parts;
  const isPart = later.operation.kind === 'M' && !later.operation.edits;
  return contentOf(
    puts.values.filter(({ pointer }) => {
      const name = argumentAt(pointer);
      return over.has(name) ? over.get(name) !== parts.get(name) : !isPart;
    }),
  );
}
