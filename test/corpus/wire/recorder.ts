/** The tap of the corpus: what crosses one connection, as the entries of a session. */
import type { Entry, SessionEntry } from '../../../model/entry.ts';
import { reference } from '../../../model/entry.ts';
import { client, frame, http, type Said, type Step, server, tape } from '../../kit/entries.ts';
import type { Chance, Clock } from '../acts.ts';

/** A message on its way; `seq` is there once the tap has read it. */
export interface Mark {
  readonly session: string;
  seq?: number;
}

export interface Recorder {
  readonly session: string;
  /** What the tap reads at this moment, and passes on some µs later. */
  message(from: 'client' | 'server', said: Said, where: object, mark?: Mark): number;
  http(...what: Parameters<typeof http>): void;
  frame(text: string, exchange: number): void;
  put(step: Step): void;
  entries(): Entry[];
}

export interface SessionFacts {
  readonly name: string;
  readonly head: Partial<Omit<SessionEntry, 'type' | 'session' | 'seq' | 'at' | 'clock'>>;
  readonly boot: string;
}

export function createRecorder(facts: SessionFacts, clock: Clock, chance: Chance): Recorder {
  const session = ulid(chance);
  const start = clock.now();
  const steps: Step[] = [];
  const put = (step: Step): void => {
    steps.push({ ...step, at: clock.now() - start });
  };
  return {
    session,
    put,
    message(from, said, where, mark) {
      const at = clock.now() - start;
      // The opening entry has the first place, so the first step has seq 1.
      if (mark) mark.seq = steps.length + 1;
      const sent = at + chance.between(1, 40);
      const crossing = { ...where, at, sent };
      steps.push(from === 'client' ? client(said, crossing) : server(said, crossing));
      return sent - at;
    },
    http: (...what) => put(http(...what)),
    frame: (text, exchange) =>
      put(
        frame(
          'server',
          { why: 'sse', text },
          { exchange, channel: 'stream', at: clock.now() - start, sent: clock.now() - start + 2 },
        ),
      ),
    entries: () =>
      tape(facts.name, steps, { id: session, start, boot: facts.boot, head: facts.head }),
  };
}

/** The reference of a message that was recorded. */
export function referenceOf({ session, seq }: Mark): string {
  return reference(session, seq ?? -1);
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function ulid(chance: Chance): string {
  return `01${Array.from({ length: 24 }, () => chance.pick([...CROCKFORD])).join('')}`;
}
