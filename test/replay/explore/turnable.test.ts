// What `check` offers to prove has orders that can be run, and what has none is not offered.
import { expect, test } from 'vitest';
import { proofOf } from '../../../model/finding.ts';
import { choose, numbered, operationsIn, sourcesOf } from '../../../replay/explore/operations.ts';
import { recordedSessions } from '../../../replay/recorded.ts';
import { type Act, act, agents, conflictsIn } from '../../analysis/conflicts/told.ts';

const path = '/home/me/plan.md';
const read = (by: string, at: number, text: string): Act =>
  act(by, 'read_text_file', { path }, [at, at + 5], text);
const write = (by: string, at: number, content: string, to = at + 5): Act =>
  act(by, 'write_file', { path, content }, [at, to]);
const edit = (by: string, at: number, oldText: string, newText: string): Act =>
  act(by, 'edit_file', { path, edits: [{ oldText, newText }] }, [at, at + 5]);

const PLAN = '# The plan\none: open\ntwo: open';
const failed: Act = { ...write('a', 0, 'a draft of a', 20), isError: true };
const mail = act('b', 'send_mail', { body: 'a draft of a' }, [30, 35]);

/** Two agents of one session, each with a trace of its own, of which the first has a step more. */
const inOne = (acts: readonly Act[]): Act[] =>
  acts.map((one) => ({
    ...one,
    by: 'a',
    trace: `00-${(one.by === 'a' ? '1' : '2').padStart(32, '0')}-00f067aa0ba902b7-01`,
  }));

const STALE = [
  read('a', 0, PLAN),
  read('b', 6, PLAN),
  edit('b', 20, 'one: open', 'one: done'),
  write('a', 30, `${PLAN}\nthree: open`),
];
const price = (by: string, at: number, tool: string, args: object, gives: unknown = 'ok'): Act =>
  act(by, tool, { id: 'p-1', ...args }, [at, at + 5], gives);
const USED = [
  price('a', 0, 'get_product', {}, { id: 'p-1', price: 4217 }),
  price('b', 6, 'get_product', {}, { id: 'p-1', price: 4217 }),
  price('b', 20, 'update_product', { price: 5120 }),
  price('a', 30, 'create_order', { price: 4217 }),
];

/** What is found, and whether it can be proved by other orders. */
const scenes: readonly (readonly [rule: string, isTurnable: boolean, acts: readonly Act[]])[] = [
  ['concurrent-writes', true, [write('a', 0, 'the plan of a'), write('b', 2, 'the plan of b')]],
  ['concurrent-writes', true, [write('a', 0, 'the first plan'), write('a', 2, 'the second plan')]],
  [
    'stale-overwrite',
    true,
    [
      read('a', 0, PLAN),
      edit('b', 10, 'one: open', 'one: done'),
      write('a', 20, `${PLAN}\nthree`),
      read('b', 30, `${PLAN}\nthree`),
    ],
  ],
  [
    'changed-between-reads',
    true,
    [read('a', 0, PLAN), edit('b', 10, 'one: open', 'one: done'), read('a', 20, 'one: done')],
  ],
  [
    'changed-between-reads',
    false,
    [
      ...[write('a', 0, 'the first plan'), write('a', 10, 'the second plan')],
      ...[read('a', 20, 'the second plan'), read('a', 30, 'the first plan')],
    ],
  ],
  // Two agents whose traces interleave in one session, where each step came after the one before.
  ['stale-overwrite', false, inOne(STALE)],
  ['stale-read-used', false, inOne(USED)],
  ['stale-read-used', true, USED],
  ['aborted-read', false, [read('b', -10, PLAN), failed, read('b', 5, 'a draft of a')]],
  ['causal-cascade', false, [read('b', -10, PLAN), failed, read('b', 5, 'a draft of a'), mail]],
];

test.each(scenes)('%s of agents: %s', (rule, isTurnable, acts) => {
  const sessions = agents(acts);
  const finding = conflictsIn(...sessions).find((one) => one.rule === rule);
  if (!finding) throw new Error(`${rule} is not found`);
  expect(proofOf(finding) !== undefined).toBe(isTurnable);
  if (!isTurnable) return;
  const all = numbered(sourcesOf(recordedSessions(sessions.flat())), []);
  const { problem } = choose(all, operationsIn(finding, all), {
    readable: all,
    isExact: false,
    isAllowed: () => true,
    placeOf: () => undefined,
  });
  expect(problem.conflicts.length).toBeGreaterThan(0);
});
