/** The live session while it runs: what crossed, as the session machine sees it, and who is who. */
import type { Entry } from '../../model/entry.ts';
import type { Call, Seen, SessionView } from '../../model/session.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { itemOf } from '../../model/view.ts';
import type { Crossed } from './connection.ts';

export interface Live extends SessionView {
  /** Takes what crossed; gives the messages in it. */
  add(crossed: Crossed): readonly Seen[];
  /** How many bytes of text were kept. */
  readonly kept: number;
  readonly count: number;
}

const SESSION = 'live';

/** A session that is recorded nowhere; its times are counted and not measured. */
export function createLive(): Live {
  const machine = createSessionMachine(SESSION);
  const values = new Map<number, unknown>();
  let seq = 0;
  let kept = 0;
  return {
    session: machine.session,
    value: ({ seq: at, item }) => itemOf(values.get(at), item),
    get kept() {
      return kept;
    },
    get count() {
      return seq;
    },
    add(crossed) {
      const entry = { ...crossed, session: SESSION, seq, at: seq, sent: seq } as Entry;
      seq++;
      const seen = machine.apply(entry);
      if (entry.type === 'message') {
        kept += entry.text.length;
        values.set(entry.seq, entry.value);
      }
      return seen;
    },
  };
}

/** The recorded calls and the live ones that are the same, both ways. */
export interface Pairs {
  pair(recorded: Call, live: Call): void;
  live(recorded: Call): Call | undefined;
  recorded(live: Call): Call | undefined;
}

export function createPairs(): Pairs {
  const live = new Map<Call, Call>();
  const recorded = new Map<Call, Call>();
  return {
    pair(one, other) {
      live.set(one, other);
      recorded.set(other, one);
    },
    live: (call) => live.get(call),
    recorded: (call) => recorded.get(call),
  };
}
