/**
 * The analysis thread, as the collector has it: started by the first question, and anew by the next
 * one after it broke. It holds sessions up to a room of bytes, and is given only what it lacks.
 */
import { Worker } from 'node:worker_threads';
import type { Asked, Order, Question, Said } from './analysis-orders.ts';
import { pagesOf } from './pages.ts';
import type { StoredSession, TenantStore } from './store.ts';
import { createTurns } from './turns.ts';

export interface Analysis {
  /** Asks once the thread has all that is stored of these sessions. */
  ask(question: Question, sessions: readonly StoredSession[]): Promise<NonNullable<Said['given']>>;
  close(): Promise<void>;
}

/** What the thread holds of a session: all up to `end`, unless stored entries changed since. */
interface Held {
  readonly rewrites: number;
  readonly end: number;
  readonly bytes: number;
}

interface Waiting {
  readonly resolve: (given: NonNullable<Said['given']>) => void;
  readonly reject: (error: Error) => void;
}

/** Bytes of lines that the thread holds; in memory they take several times that. */
const ROOM = 48 << 20;

export function createAnalysis(store: TenantStore): Analysis {
  const turns = createTurns();
  const held = new Map<string, Held>();
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let asks = 0;

  const broken = (error: Error): void => {
    worker = undefined;
    held.clear();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const hear = ({ ask, given, fault }: Said): void => {
    const one = waiting.get(ask);
    waiting.delete(ask);
    if (given) one?.resolve(given);
    else one?.reject(new Error(`The analysis failed: ${fault}`));
  };
  const tell = (order: Order & Pick<Asked, 'ask'>): void => {
    worker ??= startThread().on('message', hear).on('error', broken);
    worker.postMessage(order);
  };
  const catchUp = async (session: StoredSession): Promise<void> => {
    const { id, end, rewrites, bytes } = session;
    const known = held.get(id);
    const from = known?.rewrites === rewrites ? known.end + 1 : 0;
    // What is being asked about is the newest, and goes last.
    held.delete(id);
    held.set(id, { rewrites, end, bytes });
    let anew = from === 0;
    for await (const page of pagesOf(store, id, from, end)) {
      tell({ do: 'take', session: id, lines: page.map(({ line }) => line), anew });
      anew = false;
    }
  };
  const makeRoom = (): void => {
    let bytes = 0;
    for (const one of held.values()) bytes += one.bytes;
    for (const [session, one] of held) {
      if (bytes <= ROOM) return;
      bytes -= one.bytes;
      held.delete(session);
      tell({ do: 'drop', session });
    }
  };

  return {
    // One after the other: what one question gives the thread, the next has not to give again.
    ask: (question, sessions) =>
      turns.of('', async () => {
        for (const session of sessions) await catchUp(session);
        const ask = asks++;
        const given = new Promise<NonNullable<Said['given']>>((resolve, reject) => {
          waiting.set(ask, { resolve, reject });
        });
        tell({ ...question, ask });
        makeRoom();
        return given;
      }),
    async close() {
      const own = worker;
      broken(new Error('The collector is closed.'));
      await own?.terminate();
    },
  };
}

/** From the sources the thread is the built one, since Node has no loader for ours in a thread. */
function startThread(): Worker {
  const place = import.meta.url.endsWith('.ts') ? '../dist/collector' : '.';
  const worker = new Worker(new URL(`${place}/analysis-thread.js`, import.meta.url));
  worker.unref();
  return worker;
}
