import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, Peer } from '../../model/entry.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { client, exit, server, tape, toolCall } from '../kit/entries.ts';
import { dice, holds, nearlyMessage, SEED } from '../kit/random.ts';
import { sessionText } from '../kit/session-text.ts';

const cancel = (requestId: unknown) => ({
  method: 'notifications/cancelled',
  params: { requestId },
});
const progress = (progressToken: unknown) => ({
  method: 'notifications/progress',
  params: { progressToken, progress: 1 },
});
const ok = (id: unknown) => ({ id, result: {} });

describe('hostile traffic', () => {
  test(`never throws, and the counts stay those of the calls (seed ${SEED})`, () => {
    const step = fc.tuple(nearlyMessage, fc.boolean(), fc.option(fc.nat(3), { nil: undefined }));
    holds(fc.array(step, { maxLength: 20 }), (steps) => {
      const said = steps.map(([value, isClient, exchange]) => {
        const where = exchange === undefined ? {} : { exchange };
        return (isClient ? client : server)(JSON.stringify(value), where);
      });
      const [view] = viewsOf(tape('s', said));
      if (!view) throw new Error('the tape is empty');
      const { session } = view;
      const { calls, openCount, errorCount } = session;
      expect(openCount).toBe(calls.filter(({ state }) => state === 'open').length);
      expect(errorCount).toBe(
        calls.filter(({ outcome = 'result' }) => outcome !== 'result').length,
      );
      summaryOf(session);
      expect(sessionText(session)).toBeTypeOf('string');
    });
  });

  test('fifty thousand calls of one id are answered in order, on pipes and exchanges', () => {
    for (const [exchange, count] of [
      [undefined, 50_000],
      [4, 10_000],
    ] as const) {
      const { machine, say } = speaker(exchange);
      for (let call = 0; call < count; call++) say('client', { id: 1, method: 'ping' });
      for (let call = 0; call < count; call++) say('server', ok(1));
      const { calls, openCount } = machine.session;
      expect([calls.length, openCount]).toEqual([count, 0]);
      expect(calls.every(({ response, request }) => response?.seq === request.seq + count)).toBe(
        true,
      );
    }
  });

  test(`many calls, answers, cancellations and progress in any order (seed ${SEED})`, () => {
    const { machine, say } = speaker();
    const roll = dice();
    for (let step = 0; step < 100_000; step++) {
      const id = roll(3);
      const kind = roll(4);
      if (kind === 0) say('client', toolCall(id, 'a', {}, { progressToken: 1 }));
      else if (kind === 1) say('server', ok(id));
      else if (kind === 2) say('client', cancel(id));
      else say('server', progress(1));
    }
    const { calls, openCount, notifications } = machine.session;
    expect(openCount).toBe(calls.filter(({ state }) => state === 'open').length);
    expect(notifications.length).toBeGreaterThan(45_000);
  });

  test('ends without end are looked at once', () => {
    const { machine, say } = speaker();
    for (let call = 0; call < 50_000; call++) say('client', toolCall(call, 'a'));
    const [, last] = tape('s', [exit(0)]) as [Entry, Entry];
    for (let count = 0; count < 50_000; count++) machine.apply(last);
    expect(machine.session.openCount).toBe(0);
  });

  /** Applies messages without building their texts, as fast as a machine can take them. */
  function speaker(exchange?: number) {
    const machine = createSessionMachine('s');
    let seq = 0;
    const where = exchange === undefined ? {} : { exchange };
    const say = (from: Peer, message: object): void => {
      const value = { jsonrpc: '2.0', ...message };
      const channel = from === 'client' ? 'stdin' : 'stdout';
      const place = { session: 's', seq, at: seq, sent: seq };
      seq++;
      machine.apply({ type: 'message', ...place, ...where, from, channel, text: '', value });
    };
    return { machine, say };
  }
});
