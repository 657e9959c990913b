/**
 * What was really said in a replay, as entries, so that analysis can judge the run of today and not
 * the recorded one. A count that all sessions of the replay share stands in the place of time: what
 * overlapped still overlaps, and the same replay gives the same entries.
 */
import type { Entry, Peer } from '../model/entry.ts';
import { messageOrFrame } from '../model/line.ts';
import type { RecordedSession } from './recorded.ts';

export interface Heard {
  hear(from: Peer, text: string): void;
  entries(): readonly Entry[];
}

/** `tick` counts the messages of all sessions that are played together. */
export function createHeard({ session }: RecordedSession, tick: () => number): Heard {
  const { id, head } = session;
  const clock = { wall: '1970-01-01T00:00:00.000Z', monotonic: '0', boot: 'replay' };
  const entries: Entry[] = head ? [{ ...head, seq: 0, at: 0, clock }] : [];
  return {
    hear(from, text) {
      const now = tick();
      const channel = from === 'client' ? 'stdin' : 'stdout';
      const place = {
        session: id,
        seq: entries.length,
        at: now,
        sent: now,
        from,
        channel,
      } as const;
      entries.push(messageOrFrame({ type: 'message', ...place }, text));
    },
    entries: () => entries,
  };
}
