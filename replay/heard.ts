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
  const said: (readonly [Peer, string, number])[] = [];
  return {
    hear(from, text) {
      said.push([from, text, tick()]);
    },
    entries() {
      const { id, head } = session;
      const clock = { wall: '1970-01-01T00:00:00.000Z', monotonic: '0', boot: 'replay' };
      const opening: Entry[] = head ? [{ ...head, seq: 0, at: 0, clock }] : [];
      const messages = said.map(([from, text, at], index) => {
        const channel = from === 'client' ? 'stdin' : 'stdout';
        const place = { session: id, seq: index + 1, at, sent: at, from, channel } as const;
        return messageOrFrame({ type: 'message', ...place }, text);
      });
      return [...opening, ...messages];
    },
  };
}
