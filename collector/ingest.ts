/**
 * Takes batches of entries into a store, and tells how far each session is complete.
 *
 * It answers only after the store has. Batches of one session are taken one after the other,
 * whoever brings them; those of different sessions do not wait for each other. What is derived from
 * the entries (warm.ts, live.ts) follows behind and never holds up an acknowledgement.
 */

import type { Entry } from '../model/entry.ts';
import { type Refused, readBatch } from './batch.ts';
import type { Appended, TenantStore } from './store.ts';
import { createTurns } from './turns.ts';

export interface Taken {
  /** Undefined when no line named a session; then nothing was taken. */
  readonly session: string | undefined;
  /** All up to this seq is durable; −1: nothing is. */
  readonly end: number;
  readonly refused: readonly Refused[];
}

export interface Ingest {
  /** Takes entry lines of one session; rejects only when the store cannot write. */
  take(lines: readonly string[], expected?: string): Promise<Taken>;
  /** Takes entries of one session that were read already, and tells the end. */
  takeEntries(session: string, entries: readonly Entry[]): Promise<number>;
  /** How far a session is complete; −1 when it is not known. */
  end(session: string): Promise<number>;
  /** Settles when all that was given up to now is stored. */
  done(): Promise<void>;
}

/** `stored`: told of entries once they are durable, in the order they were stored. */
export function createIngest(
  store: TenantStore,
  stored: (session: string, entries: readonly Entry[], appended: Appended) => void,
): Ingest {
  const turns = createTurns();
  const takeEntries = (session: string, entries: readonly Entry[]): Promise<number> =>
    turns.of(session, async () => {
      const appended = await store.append(session, entries);
      stored(session, entries, appended);
      return appended.end;
    });
  return {
    async take(lines, expected) {
      const { session, entries, refused } = readBatch(lines, expected);
      if (session === undefined) return { session, end: -1, refused };
      return { session, end: await takeEntries(session, entries), refused };
    },
    takeEntries,
    end: (session) => turns.of(session, async () => (await store.session(session))?.end ?? -1),
    done: turns.done,
  };
}
