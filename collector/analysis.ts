/**
 * The analysis thread, as the collector has it: started by the first question, and anew by the next
 * one after it broke. It holds sessions up to a room of bytes, and is given only what it lacks.
 */
import type { Given, Order, Question } from './analysis-orders.ts';
import { pagesOf } from './pages.ts';
import type { StoredSession, TenantStore } from './store.ts';
import { createThread } from './thread.ts';
import { createTurns } from './turns.ts';

export interface Analysis {
  /** Asks once the thread has all that is stored of these sessions. */
  ask(question: Question, sessions: readonly StoredSession[]): Promise<Given>;
  close(): Promise<void>;
}

/** What the thread holds of a session: all up to `end`, unless stored entries changed since. */
interface Held {
  readonly rewrites: number;
  readonly end: number;
  readonly bytes: number;
}

/** Bytes of lines that the thread holds; in memory they take several times that. */
const ROOM = 48 << 20;

export function createAnalysis(store: TenantStore): Analysis {
  const turns = createTurns();
  const held = new Map<string, Held>();
  const thread = createThread<Order, Given>('analysis-thread', { lost: () => held.clear() });

  const catchUp = async (session: StoredSession): Promise<void> => {
    const { id, end, rewrites, bytes } = session;
    const known = held.get(id);
    const from = known?.rewrites === rewrites ? known.end + 1 : 0;
    // What is being asked about is the newest, and goes last.
    held.delete(id);
    held.set(id, { rewrites, end, bytes });
    let anew = from === 0;
    for await (const page of pagesOf(store, id, from, end)) {
      thread.tell({ do: 'take', session: id, lines: page.map(({ line }) => line), anew });
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
      thread.tell({ do: 'drop', session });
    }
  };

  return {
    // One after the other: what one question gives the thread, the next has not to give again.
    ask: (question, sessions) =>
      turns.of('', async () => {
        for (const session of sessions) await catchUp(session);
        const given = thread.ask(question);
        makeRoom();
        return given;
      }),
    close: thread.close,
  };
}
