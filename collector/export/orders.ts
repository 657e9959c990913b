/**
 * What the collector and the thread that exports to one endpoint say to each other. The thread makes
 * spans of what it is given and brings them there; what there is to give, the collector knows.
 */
import type { SpansConfirmed } from '../../model/entry.ts';
import type { SessionFindings } from '../../model/otel/finding-logs.ts';
import type { RunStart } from '../../model/otel/runs.ts';
import type { Thread } from '../thread.ts';
import type { Endpoint, Patience, SpanWishes } from './endpoint.ts';

/** What the thread is started with. */
export interface Setting {
  readonly endpoint: Endpoint;
  readonly patience: Patience;
  readonly spans: SpanWishes;
  readonly version: string;
  /** The page, where messages are opened. */
  readonly page: string;
  /** Of pauses that are not all the same. */
  readonly seed: number;
}

export type Order =
  /** Entries of a session, as lines, that follow what the thread has; `anew`: it has none. */
  | {
      readonly do: 'take';
      readonly session: string;
      readonly lines: readonly string[];
      readonly anew: boolean;
      /** The spans of what was over with this entry are there already. */
      readonly sent: number;
      readonly runs: readonly RunStart[];
      /** What its tap has sent to the same address; the rest is for us. */
      readonly confirmed: SpansConfirmed | undefined;
    }
  | { readonly do: 'drop'; readonly session: string }
  /** Bring all spans that were made. */
  | { readonly do: 'send' }
  | { readonly do: 'findings'; readonly of: readonly SessionFindings[] };

/** What became of an order. */
export interface Given {
  /** Spans that wait to be sent. */
  readonly waiting: number;
  /** Sessions with spans that make the endpoint unwell, and are sent again later. */
  readonly kept: readonly string[];
  /** Why the endpoint takes no findings at all. */
  readonly shut?: string;
}

/** So many spans have arrived; nothing goes on now; or the endpoint did not take so much, for good. */
export type Remark =
  | { readonly sent: number }
  | { readonly fails: string }
  | { readonly refused: number; readonly why: string };

export type ExportThread = Thread<Order, Given>;
