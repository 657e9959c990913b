/**
 * In which other orders could these operations have run? One schedule for each way to turn the
 * conflicts among them, and no more: two orders that turn every conflict alike have the same
 * outcome, as far as operations without a conflict commute (A. Mazurkiewicz, Trace theory, 1987).
 *
 * An operation is a number, by its place in the recording. Schedules come by how many conflicts they
 * turn around, the recorded order first, so that whoever stops early has seen the nearest ones.
 */
export type Edge = readonly [before: number, after: number];

export interface Workload {
  /** How many operations there are. */
  readonly count: number;
  /** Orders that hold always: data flow, handshakes, rounds of one call. */
  readonly must: readonly Edge[];
  /** Pairs that may not commute, each in recorded order. */
  readonly conflicts: readonly Edge[];
}

export interface Schedule {
  readonly order: readonly number[];
  /** The conflicts that run the other way round than they were recorded. */
  readonly flips: readonly Edge[];
}

/** All schedules. Every outcome of any order that keeps `must` is that of one of them. */
export function* schedules({ count, must, conflicts }: Workload): Generator<Schedule> {
  let fixed: Reach = Array.from({ length: count }, () => 0n);
  for (const edge of must) fixed = withEdge(fixed, edge);
  for (let flips = 0; flips <= conflicts.length; flips++) {
    yield* turned({ reach: fixed, open: conflicts, flips: [] }, flips);
  }
}

/** By operation: those that come after it, as bits. */
type Reach = readonly bigint[];

interface Partial {
  readonly reach: Reach;
  /** The conflicts that have no direction yet. */
  readonly open: readonly Edge[];
  readonly flips: readonly Edge[];
}

/** The schedules that turn exactly so many of the open conflicts around. */
function* turned({ reach, open, flips }: Partial, left: number): Generator<Schedule> {
  if (left > open.length) return;
  const [edge, ...others] = open;
  if (!edge) {
    const order = linear(reach);
    if (!order) throw new Error('The orders that always hold go in a circle.');
    yield { order, flips };
    return;
  }
  const [before, after] = edge;
  if (!isBefore(reach, after, before)) {
    yield* turned({ reach: withEdge(reach, edge), open: others, flips }, left);
  }
  if (left > 0 && !isBefore(reach, before, after)) {
    const flip: Edge = [after, before];
    const next = { reach: withEdge(reach, flip), open: others, flips: [...flips, flip] };
    yield* turned(next, left - 1);
  }
}

function isBefore(reach: Reach, one: number, other: number): boolean {
  return ((reach[one] ?? 0n) & bit(other)) !== 0n;
}

function withEdge(reach: Reach, [before, after]: Edge): Reach {
  if (isBefore(reach, before, after)) return reach;
  const more = bit(after) | (reach[after] ?? 0n);
  return reach.map((later, at) =>
    at === before || (later & bit(before)) !== 0n ? later | more : later,
  );
}

function bit(operation: number): bigint {
  return 1n << BigInt(operation);
}

/** An order of so many operations that keeps all edges; undefined where they go in a circle. */
export function orderWith(count: number, edges: readonly Edge[]): number[] | undefined {
  let reach: Reach = Array.from({ length: count }, () => 0n);
  for (const edge of edges) reach = withEdge(reach, edge);
  return linear(reach);
}

/** An order that keeps all of it; where it leaves a choice, the recorded one. */
function linear(reach: Reach): number[] | undefined {
  const order: number[] = [];
  let left = reach.map((_, operation) => operation);
  while (left.length > 0) {
    const next = left.find((one) => !left.some((other) => isBefore(reach, other, one)));
    // Without a circle there is always one that nothing is before.
    if (next === undefined) return undefined;
    order.push(next);
    left = left.filter((one) => one !== next);
  }
  return order;
}
