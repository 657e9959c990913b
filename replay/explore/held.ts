/**
 * A connection that answers what its server asks a while later: whoever asks in the middle of a call
 * has read by then, and not yet written.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connect } from '../client/connection.ts';

/** `hold`: for how long now, in ms. */
export function held(connect: Connect, hold: () => number): Connect {
  return async (ear) => {
    const connection = await connect(ear);
    let isClosed = false;
    return {
      ...connection,
      send(outgoing) {
        const isAnswer = outgoing.messages.every(({ kind }) => kind === 'response');
        const time = isAnswer ? hold() : 0;
        if (time === 0) return connection.send(outgoing);
        delay(time).then(() => {
          if (!isClosed) connection.send(outgoing);
        });
      },
      close() {
        isClosed = true;
        return connection.close();
      },
    };
  };
}
