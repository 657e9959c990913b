/**
 * Holds back what servers are answered in the middle of a call until the other calls of its group
 * are over: who asks there may have read by then, and not yet written, however long the others take.
 */
import type { Connect } from '../client/connection.ts';

/** How long a server waits for an answer at most, in ms: the other calls may wait for its own. */
const LONGEST = 500;

export interface Hold {
  /** The same connection, held by this. */
  around(connect: Connect): Connect;
  /** So many calls are issued together: from now on, until all of them are over. */
  begin(calls: number): void;
  /** One of them is over. */
  over(): void;
}

export function createHold(): Hold {
  let running = 0;
  const held = new Set<() => void>();
  /** When every call that is left may be one that waits, the first of them goes on. */
  const check = (): void => {
    const [first] = held;
    if (held.size >= running) first?.();
  };
  const keep = (send: () => void): void => {
    const release = (): void => {
      clearTimeout(timer);
      if (held.delete(release)) send();
    };
    const timer = setTimeout(release, LONGEST);
    held.add(release);
    check();
  };
  return {
    begin(calls) {
      running = calls;
    },
    over() {
      running--;
      check();
    },
    around: (connect) => async (ear) => {
      const connection = await connect(ear);
      let isClosed = false;
      return {
        ...connection,
        send(outgoing) {
          const isAnswer = outgoing.messages.every(({ kind }) => kind === 'response');
          if (running === 0 || !isAnswer) return connection.send(outgoing);
          keep(() => {
            if (!isClosed) connection.send(outgoing);
          });
        },
        close() {
          isClosed = true;
          return connection.close();
        },
      };
    },
  };
}
