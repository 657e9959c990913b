/** Takes the bodies of requests: a thread reads them, and what it gives is stored in turns. */
import { setImmediate as others } from 'node:timers/promises';
import type { Decoded } from '../../model/otlp/decoded.ts';
import type { SpanRows } from '../span-rows.ts';
import type { TenantStore } from '../store.ts';
import { createThread, ThreadLost } from '../thread.ts';
import { createTurns } from '../turns.ts';
import type { Given, Order, Redaction, Turn } from './orders.ts';
import { OtlpRefusal } from './refusal.ts';

type SpanStore = Pick<TenantStore, 'addSpans'>;

export interface Taker {
  /** Gives what was rejected; rejects with an OtlpRefusal when not all else is stored. */
  take(order: Extract<Order, { do: 'read' }>, into: SpanStore): Promise<Decoded['rejected']>;
  close(): Promise<void>;
}

export function createTaker(redaction: Redaction): Taker {
  const thread = createThread<Order, Given>('otlp/reading-thread', { data: redaction });
  const turns = createTurns();
  const ask = (order: Order, moved?: [ArrayBuffer]): Promise<Turn> =>
    thread.ask(order, moved).then(turnOf, putOff);
  // The thread reads on while this is stored; so that it can, it is told before.
  const store = async (rows: SpanRows, into: SpanStore): Promise<void> => {
    await others();
    await into.addSpans(rows).catch((error: Error) => {
      throw new OtlpRefusal('unstored', `Nothing can be stored: ${error.message}`);
    });
  };
  return {
    async take(order, into) {
      const { rows, rejected } = await turns.of('', async () => {
        let turn = await ask(order, [order.body.buffer]);
        while (!turn.isLast) {
          [turn] = await Promise.all([ask({ do: 'next' }), store(turn.rows, into)]);
        }
        return turn;
      });
      await store(rows, into);
      return rejected;
    },
    close: thread.close,
  };
}

function turnOf(given: Given): Turn {
  if ('refused' in given) throw new OtlpRefusal(given.refused.why, given.refused.sentence);
  return given;
}

/** That the thread ended is no fault of the request, which its sender still has. */
function putOff(error: Error): never {
  if (!(error instanceof ThreadLost)) throw error;
  throw new OtlpRefusal('unstored', `Nothing can be read: ${error.message}`);
}
