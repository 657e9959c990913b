/** Heads of messages as columns: when and where each crossed. Those with more to say are kept elsewhere. */
import type { Channel, MessageEntry, Peer } from './entry.ts';

export type MessageHead = Omit<MessageEntry, 'text' | 'value'>;

export interface MessageColumns {
  /** Takes a head; false where it has fields that no column holds. */
  add(entry: MessageEntry): boolean;
  /** Leaves a row free. */
  skip(): void;
  get(row: number, seq: number): MessageHead;
}

const CHANNELS: readonly Channel[] = [
  ...(['stdin', 'stdout', 'stderr', 'request', 'response', 'stream'] as const),
];
const PEERS: readonly Peer[] = ['client', 'server'];
/** type, session, seq, at, sent, from, channel, text, value; and exchange. */
const FIELDS = 9;

export function createMessageColumns(session: string): MessageColumns {
  const ats: number[] = [];
  const sents: number[] = [];
  /** Peer and channel as one number, and the exchange, -1 for none. */
  const ways: number[] = [];
  const exchanges: number[] = [];
  const push = (at: number, sent: number, way: number, exchange: number): void => {
    ats.push(at);
    sents.push(sent);
    ways.push(way);
    exchanges.push(exchange);
  };
  return {
    add(entry) {
      const { at, sent, from, channel, exchange = -1 } = entry;
      const fields = exchange === -1 ? FIELDS : FIELDS + 1;
      if (sent === undefined || Object.keys(entry).length !== fields) return false;
      if (entry.session !== session) return false;
      push(at, sent, PEERS.indexOf(from) * CHANNELS.length + CHANNELS.indexOf(channel), exchange);
      return true;
    },
    skip: () => push(0, 0, 0, -1),
    get(row, seq) {
      const way = ways[row] ?? 0;
      const exchange = exchanges[row] ?? -1;
      return {
        type: 'message',
        session,
        seq,
        at: ats[row] ?? 0,
        sent: sents[row] ?? 0,
        from: PEERS[Math.floor(way / CHANNELS.length)] ?? 'client',
        channel: CHANNELS[way % CHANNELS.length] ?? 'stdin',
        ...(exchange === -1 ? {} : { exchange }),
      };
    },
  };
}
