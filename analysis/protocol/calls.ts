/** What rules ask of calls and places: what was so at the time, though a call knows how it ended. */
import type { Call, MessageRef } from '../../model/session.ts';

type Place = Pick<MessageRef, 'seq' | 'item'>;

/** Whether one place stands before another in its session. */
export function isEarlier(one: Place, other: Place): boolean {
  return one.seq < other.seq || (one.seq === other.seq && (one.item ?? 0) < (other.item ?? 0));
}

/** Whether a call was still waiting for its answer at a place. */
export function isWaiting({ response, cancelled, exchangeEnd }: Call, at: Place): boolean {
  return ![response, cancelled, exchangeEnd].some((end) => end && isEarlier(end, at));
}
