// Invariant: a burst loses no span, whether its endpoint takes them or not.

import { expect, test } from 'vitest';
import { startReceiver } from '../../kit/receiver.ts';
import { calls, checkNoneLost, tapTo } from './calling.ts';
import { checkWhole, recordedOne, unconfirmed } from './sent.ts';

test('50,000 calls as fast as they are answered: all of them arrive, once', async () => {
  const receiver = await startReceiver();
  const { child, ended, state, said } = await tapTo(receiver.url);
  await calls(child, 0, 50_000);
  await receiver.until(() => receiver.spans.size === 50_000);
  child.stdin.end();
  expect((await ended).code).toBe(0);
  expect(receiver.count).toBe(receiver.spans.size);
  checkWhole(receiver, [await recordedOne(state)], said());
});

test('50,000 calls while nobody takes spans: what is more than can wait is left out, and told', async () => {
  const receiver = await startReceiver();
  receiver.answer({ status: 503 });
  const { child, ended, state } = await tapTo(receiver.url);
  await calls(child, 0, 50_000);
  receiver.answer({ status: 200 });
  await receiver.until(() => receiver.spans.size > 10_000);
  await calls(child, 50_000, 50_100);
  child.stdin.end();
  await ended;
  const view = await recordedOne(state);
  expect(unconfirmed(view, receiver).length).toBeGreaterThan(0);
  await checkNoneLost(receiver, state, 50_100);
});
