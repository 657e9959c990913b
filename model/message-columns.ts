/** Messages as columns: when and where each crossed. Those with more to say are kept elsewhere. */
import type { Channel, MessageEntry, Peer } from './entry.ts';
import type { Mutable } from './new-call.ts';
import { createNumbers } from './numbers.ts';

export interface MessageColumns {
  /** Takes a message; false where it has fields that no column holds. */
  add(entry: MessageEntry): boolean;
  /** Leaves a row free. */
  skip(): void;
  /** The message of a row, with what stands elsewhere. */
  get(row: number, seq: number, text: string, value: unknown): MessageEntry;
}

const CHANNELS: readonly Channel[] = [
  ...(['stdin', 'stdout', 'stderr', 'request', 'response', 'stream'] as const),
];
const PEERS: readonly Peer[] = ['client', 'server'];
/** type, session, seq, at, sent, from, channel, text, value; and exchange. */
const FIELDS = 9;
/** Exchanges from here on fit no cell. */
const LARGEST = 0xffff_ffff;

export function createMessageColumns(session: string): MessageColumns {
  const ats = createNumbers(Float64Array);
  const sents = createNumbers(Float64Array);
  /** Peer and channel as one number, and the exchange and one, 0 for none. */
  const ways = createNumbers(Uint8Array);
  const exchanges = createNumbers(Uint32Array);
  const push = (at: number, sent: number, way: number, exchange: number): void => {
    ats.push(at);
    sents.push(sent);
    ways.push(way);
    exchanges.push(exchange + 1);
  };
  return {
    add(entry) {
      const { at, sent, from, channel, exchange = -1 } = entry;
      const fields = exchange === -1 ? FIELDS : FIELDS + 1;
      if (sent === undefined || Object.keys(entry).length !== fields) return false;
      if (entry.session !== session || exchange >= LARGEST) return false;
      push(at, sent, PEERS.indexOf(from) * CHANNELS.length + CHANNELS.indexOf(channel), exchange);
      return true;
    },
    skip: () => push(0, 0, 0, -1),
    get(row, seq, text, value) {
      const way = ways.at(row);
      const exchange = exchanges.at(row) - 1;
      const entry: Mutable<MessageEntry> = {
        type: 'message',
        session,
        seq,
        at: ats.at(row),
        sent: sents.at(row),
        from: PEERS[Math.floor(way / CHANNELS.length)] ?? 'client',
        channel: CHANNELS[way % CHANNELS.length] ?? 'stdin',
        text,
        value,
      };
      if (exchange !== -1) entry.exchange = exchange;
      return entry;
    },
  };
}
