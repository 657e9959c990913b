/** The HTTP exchanges of a session as rules see them: what the headers of each said so far. */
import { type Entry, type HttpEntry, headerOf } from '../../model/entry.ts';
import { readBlock } from '../../model/sse.ts';
import { createMemory } from './memory.ts';

export interface Exchange {
  readonly number: number;
  /** Its request; in-process taps see none. */
  readonly opened?: HttpEntry;
  /** The beginning of its response. */
  readonly head?: HttpEntry;
  /** It is of the transport of 2024-11-05 (HTTP+SSE), whatever revision is spoken over it. */
  readonly isOlder: boolean;
}

export interface Exchanges {
  /** The exchange of an entry, as it is with this entry. */
  of(entry: Entry): Exchange | undefined;
  /** A header named the session, or a stream told an endpoint of its own: only one client knows it. */
  readonly isNamed: boolean;
}

export const SESSION_HEADER = 'mcp-session-id';

/** More are not open at once. */
const OPEN = 10_000;

interface Known {
  readonly number: number;
  opened?: HttpEntry;
  head?: HttpEntry;
  isOlder: boolean;
}

export function createExchanges(): Exchanges {
  const open = createMemory<number, Known>(OPEN);
  let isOlder = false;
  let isNamed = false;

  const seen = (number: number): Known => {
    const known = open.get(number) ?? { number, isOlder };
    known.isOlder = isOlder;
    if (!open.has(number)) open.set(number, known);
    return known;
  };

  return {
    get isNamed() {
      return isNamed;
    },
    of(entry) {
      if (!('exchange' in entry) || entry.exchange === undefined) return undefined;
      const known = seen(entry.exchange);
      if (entry.type === 'http') {
        if (entry.phase === 'opened') known.opened = entry;
        if (entry.phase === 'head') known.head = entry;
        if (entry.phase === 'ended') open.delete(known.number);
        if (headerOf(entry, SESSION_HEADER) !== undefined) isNamed = true;
      } else if (entry.type === 'frame' && entry.why === 'sse' && tellsEndpoint(entry.text)) {
        isOlder = true;
        isNamed = true;
        known.isOlder = true;
      }
      return known;
    },
  };
}

function tellsEndpoint(text = ''): boolean {
  return readBlock(text).event === 'endpoint';
}
