// What the demo says of proving a loss: what it proved, and of what it did not, why.
import { expect, test } from 'vitest';
import { proofLine } from '../../cli/demo/command.ts';
import { cameOf, type Proved } from '../../cli/demo/prove.ts';
import type { Judgement } from '../../model/judgement.ts';

const tried = { orders: 3, ofOrders: 1000, isLeast: true, groups: 0, ofGroups: 16, sampled: 0 };

const judgement = (more: Partial<Judgement>): Judgement => ({
  finding: 'f',
  verdict: 'COMMUTES',
  proves: false,
  at: '2026-01-01T00:00:00.000Z',
  versions: [],
  seed: 1,
  sessions: [],
  tried: { ...tried, isWhole: false },
  ...more,
});

const lineOf = (...[own, exploration]: Parameters<typeof cameOf>): string => {
  const none: Proved = {
    key: 'B',
    finding: 'f',
    verdict: '',
    proves: false,
    calls: 0,
    message: '',
  };
  return proofLine({ ...none, ...cameOf(own, exploration) });
};

const shown = { calls: 2, schedule: '1+2', message: 'They differ.' };

test('a proof of the loss is told with what it takes', () => {
  const own = judgement({ verdict: 'NON_SERIALISABLE', proves: true, shown });
  expect(lineOf(own, { ended: 'first', suspects: [] })).toBe(
    'B  proved with 2 calls (1+2): They differ.',
  );
});

test('a proof of something else of its calls is not called a proof of the loss', () => {
  const own = judgement({ verdict: 'ORDER_DEPENDENT', shown });
  expect(lineOf(own, { ended: 'complete', suspects: [] })).toBe(
    'B  not proved: They differ. That is no proof of this finding.',
  );
});

test('what was not tried in time is told as that', () => {
  expect(lineOf(judgement({}), { ended: 'budget', suspects: [] })).toBe(
    'B  not proved: no difference in 3 of ≥ 1000 orders and 0 of 16 groups together. Not all was tried, and that shows nothing of the rest. 45 s were not enough.',
  );
  const suspects = [{ course: '1+2', why: 'something was seen once' }];
  expect(lineOf(undefined, { ended: 'budget', suspects })).toBe(
    'B  not proved: something was seen once. 45 s were not enough.',
  );
});
