/** Which recorded exchange each live one plays. A recorded one is played once. */
import type { RecordedExchange } from './recorded-exchanges.ts';

export interface Taking {
  /** The client has said what it said in this recorded exchange. */
  take(exchange: number): void;
  /** The recorded stream that a live one plays: the next, or the next that goes on after an event. */
  takeStream(lastEvent: string | undefined): RecordedExchange | undefined;
  /** The next recorded exchange of another method. */
  takeOther(method: string): RecordedExchange | undefined;
  /** Whether the recorded server gave streams to who asked for them. */
  readonly hasStreams: boolean;
  /** The live exchanges that are the client's stream for what belongs to no request. */
  readonly streams: Set<number>;
  /** Whether the client has opened all exchanges that it had opened before this place. */
  hasPassed(seq: number): boolean;
}

export function createTaking(exchanges: ReadonlyMap<number, RecordedExchange>): Taking {
  const all = [...exchanges.values()];
  const taken = new Set<number>();
  const events = eventsOf(all);
  const streams = all.filter(isStreamRequest);
  // What is no message and no stream of the protocol, the client may leave out.
  const counted = all.filter(
    (one) => one.isAsked || one.method === 'DELETE' || streams.includes(one),
  );
  let next = 0;

  const takeFirst = (
    of: readonly RecordedExchange[],
    isMeant: (one: RecordedExchange) => boolean,
  ): RecordedExchange | undefined => {
    const found = of.find((one) => !taken.has(one.number) && isMeant(one));
    if (found) taken.add(found.number);
    return found;
  };

  return {
    take: (exchange) => void taken.add(exchange),
    takeStream(lastEvent) {
      if (lastEvent === undefined)
        return takeFirst(streams, ({ resumes }) => resumes === undefined);
      const origin = events.get(lastEvent);
      return (
        takeFirst(streams, ({ resumes }) => resumes !== undefined && resumes === origin) ??
        takeFirst(streams, ({ resumes }) => resumes === 0) ??
        exchanges.get(origin ?? 0)
      );
    },
    takeOther: (method) => takeFirst(all, (one) => one.method === method),
    hasStreams: streams.some(({ isStream }) => isStream),
    streams: new Set(),
    hasPassed(seq) {
      while (next < counted.length && taken.has(counted[next]?.number ?? 0)) next++;
      return (counted[next]?.opened ?? Number.POSITIVE_INFINITY) > seq;
    },
  };
}

function isStreamRequest({ method, path }: RecordedExchange): boolean {
  return method === 'GET' && !path.startsWith('/.well-known/');
}

/** The exchange of each event that was told; of a stream that goes on, the one it began in. */
function eventsOf(all: readonly RecordedExchange[]): Map<string, number> {
  const events = new Map<string, number>();
  for (const { number, resumes, parts } of all) {
    for (const { event } of parts) if (event) events.set(event, resumes || number);
  }
  return events;
}
