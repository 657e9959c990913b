/** A live server as the stand-in client reaches it, by command or by address. */
import type { Draft } from '../../model/entry.ts';
import type { SingleMessage } from '../../model/message.ts';

/** What the server says; a line that is no message is a frame. */
export type Crossed = Extract<Draft, { type: 'message' | 'frame' }>;

export interface Ear {
  /** `exchange`: the one it came on, over HTTP. */
  heard(crossed: Crossed): void;
  /** No more comes on an exchange: its requests stay unanswered. `why`: a part of a sentence. */
  over(exchange: number, why: string): void;
  /** No more comes at all. */
  ended(why: string): void;
}

export interface Outgoing {
  readonly text: string;
  readonly messages: readonly SingleMessage[];
  /** Over HTTP: the exchange that it opens. */
  readonly exchange: number;
}

export interface Connection {
  /** Over HTTP every line opens an exchange. */
  readonly isExchanged: boolean;
  send(outgoing: Outgoing): void;
  /** Gives up the requests of an exchange, where that is how it is done; says whether it is. */
  abandon(exchange: number): boolean;
  /** Ends it as a client does. Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** Connects; throws a ConnectionFault where there is no server. */
export type Connect = (ear: Ear) => Promise<Connection>;

/** There is no server to talk to; the codes are those of docs/errors.md. */
export class ConnectionFault extends Error {
  readonly code: 'command-not-found' | 'server-unreachable';

  constructor(code: ConnectionFault['code'], detail: string) {
    super(detail);
    this.code = code;
  }
}

/** A longer line of a server is kept as its beginning and its hash. */
export const LONGEST_LINE = 64 * 1024 * 1024;
