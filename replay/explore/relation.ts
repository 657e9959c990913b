/**
 * What may not commute, as far as it is known by now. A run may show more of it than the recording
 * did: a name that was given to another thing, a resource that was touched only then. What meets in
 * any run is taken for a conflict from there on, so that of two orders with the same outcome one is
 * enough: two neighbours that did not meet in the run of one of them may change places in it.
 */
import type { Edge } from '../../analysis/schedules.ts';
import { closureOf, type Problem } from './problem.ts';
import type { Execute } from './run.ts';

export interface Relation {
  /** Its conflicts grow. */
  readonly problem: Problem;
  /** Runs, and takes what met there. */
  readonly execute: Execute;
}

export function growing(given: Problem, execute: Execute): Relation {
  const conflicts = [...given.conflicts];
  const place = new Map(given.operations.map(({ number }, at) => [number, at]));
  const always = closureOf(given.operations.length, given.must);
  const known = new Set(conflicts.map((edge) => edge.join()));
  const take = (one: number | undefined, other: number | undefined): void => {
    if (one === undefined || other === undefined || one === other) return;
    const edge: Edge = one < other ? [one, other] : [other, one];
    if (known.has(edge.join()) || always.isBefore(...edge)) return;
    known.add(edge.join());
    conflicts.push(edge);
  };
  return {
    problem: { ...given, conflicts },
    async execute(course, delays) {
      const run = await execute(course, delays);
      if (run.kind === 'ran') {
        for (const [one, other] of run.meets) take(place.get(one), place.get(other));
      }
      return run;
    },
  };
}

/** The conflicts that an order turns around. */
export function flipsIn(order: readonly number[], conflicts: readonly Edge[]): Edge[] {
  const at = new Map(order.map((place, index) => [place, index]));
  return conflicts
    .filter(([before, after]) => (at.get(before) ?? 0) > (at.get(after) ?? 0))
    .map(([before, after]): Edge => [after, before]);
}
