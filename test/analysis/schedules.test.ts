// T10: the schedules of a workload have every outcome that trying all orders has, and are as few as can be.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edge, type Schedule, schedules, type Workload } from '../../analysis/schedules.ts';
import { SEED } from '../kit/random.ts';

interface Operation {
  readonly kind: 'read' | 'write';
  readonly register: number;
}

interface Case extends Workload {
  readonly operations: readonly Operation[];
}

const operation = fc.record({
  kind: fc.constantFrom('read' as const, 'write' as const),
  register: fc.nat({ max: 2 }),
});

/** Up to `most` operations on three registers; some pairs have an order that always holds. */
function cases(most: number): fc.Arbitrary<Case> {
  return fc
    .tuple(
      fc.array(operation, { minLength: 1, maxLength: most }),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
    )
    .map(([operations, pairs]) => {
      const count = operations.length;
      const must = pairs.flatMap(([a, b]): Edge[] => {
        const [before, after] = [Math.min(a % count, b % count), Math.max(a % count, b % count)];
        return before === after ? [] : [[before, after]];
      });
      return { operations, count, must, conflicts: conflictsOf(operations) };
    });
}

function conflictsOf(operations: readonly Operation[]): Edge[] {
  return operations.flatMap((one, a) =>
    operations.flatMap((other, b): Edge[] => {
      const meets = a < b && one.register === other.register;
      return meets && (one.kind === 'write' || other.kind === 'write') ? [[a, b]] : [];
    }),
  );
}

/** What each operation answers, and what the registers hold at the end. */
function outcomeOf(operations: readonly Operation[], order: readonly number[]): string {
  const registers = ['', '', ''];
  const answers = operations.map(() => '');
  for (const at of order) {
    const { kind, register } = operations[at] as Operation;
    answers[at] = registers[register] as string;
    if (kind === 'write') registers[register] += `,${at}`;
  }
  return JSON.stringify([answers, registers]);
}

/** Every order that keeps what must hold. */
function* allOrders({ count, must }: Workload, order: readonly number[] = []): Generator<number[]> {
  if (order.length === count) yield [...order];
  for (let next = 0; next < count; next++) {
    const isFree = must.every(([before, after]) => after !== next || order.includes(before));
    if (isFree && !order.includes(next))
      yield* allOrders({ count, must, conflicts: [] }, [...order, next]);
  }
}

function keeps({ order }: Schedule, edges: readonly Edge[]): boolean {
  return edges.every(([before, after]) => order.indexOf(before) < order.indexOf(after));
}

/** How an order turns the conflicts. */
function turns({ conflicts }: Workload, order: readonly number[]): string {
  return conflicts.map(([a, b]) => (order.indexOf(a) < order.indexOf(b) ? 0 : 1)).join('');
}

function check(workload: Case): void {
  const found = [...schedules(workload)];
  const all = [...allOrders(workload)];
  const outcomes = (orders: readonly (readonly number[])[]) =>
    [...new Set(orders.map((order) => outcomeOf(workload.operations, order)))].sort();
  const orders = found.map(({ order }) => order);
  expect(outcomes(orders)).toEqual(outcomes(all));
  // One for each way to turn the conflicts, and no two of one way.
  const ways = new Set(all.map((order) => turns(workload, order)));
  expect(new Set(orders.map((order) => turns(workload, order)))).toEqual(ways);
  expect(found).toHaveLength(ways.size);
  expect(found.every((one) => keeps(one, workload.must) && keeps(one, one.flips))).toBe(true);
  const flips = found.map((one) => one.flips.length);
  expect(flips).toEqual([...flips].sort((a, b) => a - b));
  expect(orders[0]).toEqual(workload.operations.map((_, at) => at));
}

describe(`against all orders (seed ${SEED})`, () => {
  test('200 workloads of up to six operations', () => {
    fc.assert(fc.property(cases(6), check), { seed: SEED, numRuns: 200 });
  });

  test('12 workloads of up to eight', () => {
    fc.assert(fc.property(cases(8), check), { seed: SEED, numRuns: 12 });
  });
});

test('eight writes of one thing have as many schedules as orders, and the nearest come first', () => {
  const operations = Array.from({ length: 8 }, () => ({ kind: 'write', register: 0 }) as const);
  const workload = { count: 8, must: [], conflicts: conflictsOf(operations) };
  const first = [];
  for (const schedule of schedules(workload)) {
    first.push(schedule.flips.length);
    if (first.length === 8) break;
  }
  expect(first).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
  expect([
    ...schedules({ ...workload, count: 5, conflicts: conflictsOf(operations.slice(0, 5)) }),
  ]).toHaveLength(120);
});
