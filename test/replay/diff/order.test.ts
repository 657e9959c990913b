// Random histories of two sides: who changed places is what comparing every pair finds, and ids that
// servers minted are no difference, as long as they stand for the same things.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { viewsOf } from '../../../model/view.ts';
import { type Comparison, compareSides } from '../../../replay/index.ts';
import { client, opening, type Step, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { dice, holds, SEED, shuffled } from '../../kit/random.ts';

interface Lasting {
  readonly start: number;
  readonly length: number;
}

/** A side on which call number n is asked and answered at these times, in ms. */
function sideOf(id: string, calls: readonly Lasting[]) {
  const steps = calls.flatMap(({ start, length }, number) => [
    client(toolCall(number, `call-${number}`), { at: start * 1000, sent: start * 1000 }),
    server(toolText(number, 'done'), { at: (start + length) * 1000 }),
  ]);
  const inTime = steps.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return viewsOf(tape('notes', inTime, { id })).map((view) => ({ view }));
}

const isBefore = (a: Lasting, b: Lasting): boolean => a.start + a.length < b.start;

test(`calls are reordered exactly where two changed places (seed ${SEED})`, () => {
  const lasting = fc.record({ start: fc.nat(40), length: fc.integer({ min: 1, max: 12 }) });
  const history = fc.array(fc.tuple(lasting, lasting), { minLength: 2, maxLength: 12 });
  let swaps = 0;
  holds(history, (calls) => {
    const [a, b] = [calls.map(([one]) => one), calls.map(([, other]) => other)];
    const swapped = (x: number, y: number): boolean =>
      (isBefore(a[x]!, a[y]!) && isBefore(b[y]!, b[x]!)) ||
      (isBefore(a[y]!, a[x]!) && isBefore(b[x]!, b[y]!));
    const numbers = calls.map((_, number) => number);
    const wanted = numbers.some((x) => numbers.some((y) => swapped(x, y)));
    const { reordered, equal } = compareSides(sideOf('01A', a), sideOf('01B', b));
    expect({ equal, some: reordered.length > 0 }).toEqual({ equal: !wanted, some: wanted });
    const numberOf = (title: string): number => Number(title.split('-').at(-1));
    for (const { title, past } of reordered) {
      expect(swapped(numberOf(title), numberOf(past.title))).toBe(true);
    }
    swaps += reordered.length;
  });
  expect(swaps).toBeGreaterThan(100);
});

/** Makes things, links them by their ids, and drops some; what is done comes from the plan alone. */
function linking(names: readonly string[], plan: readonly (readonly [number, number])[]): Step[] {
  const steps = opening();
  let id = 1;
  const call = (tool: string, args: object, answer: string): void => {
    steps.push(client(toolCall(id, tool, args)), server(toolText(id++, answer)));
  };
  for (const name of names) call('make', {}, JSON.stringify({ id: name, kind: 'thing' }));
  for (const [from, to] of plan) {
    const [one, other] = [names[from % names.length]!, names[to % names.length]!];
    call('link', { from: one, to: `things://${other}` }, `Linked ${one} to ${other}.`);
  }
  return steps;
}

const compared = (a: Step[], b: Step[]): Comparison =>
  compareSides(
    viewsOf(tape('things', a, { id: '01A' })).map((view) => ({ view })),
    viewsOf(tape('things', b, { id: '01B' })).map((view) => ({ view })),
  );

test(`ids are names of things, and another thing is a difference (seed ${SEED})`, () => {
  const roll = dice();
  const plans = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 8, maxLength: 12 });
  const minted = (side: string) =>
    shuffled(['k1', 'k2', 'k3', 'k4', 'k5', 'k6'], roll).map(
      (name) => `id-${side}${roll(900) + 100}${name}`,
    );
  holds(
    plans,
    (plan) => {
      const [one, other] = [minted('a'), minted('b')];
      const same = compared(linking(one, plan), linking(other, plan));
      expect(same).toMatchObject({ equal: true });
      const [[from, to], ...rest] = plan as [[number, number], ...[number, number][]];
      const elsewhere = [[from, to + 1] as const, ...rest];
      expect(compared(linking(one, plan), linking(other, elsewhere)).equal).toBe(false);
    },
    { runs: 150 },
  );
});
