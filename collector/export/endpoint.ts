/** Where spans and findings are exported to, and how patiently. Addresses are read by who starts a collector. */
import type { ToSpans } from '../../model/otel/options.ts';

/** What a collector exports, and where to. */
export interface Exporting {
  readonly endpoints: readonly Endpoint[];
  readonly spans?: SpanWishes;
  readonly patience?: Partial<Patience>;
  /** Of the taps here: tells where they send spans themselves. Without it everything is sent. */
  readonly key?: Uint8Array;
  /** Told in one sentence when exporting begins to wait, and when it goes on. */
  readonly told?: (sentence: string) => void;
}

/** What the user wishes of spans. */
export type SpanWishes = Pick<ToSpans, 'parent' | 'payloads'>;

export interface Endpoint {
  /** What it is called in the store and in every sentence: its address, without a secret. */
  readonly name: string;
  /** The addresses of OTLP/HTTP. */
  readonly traces: string;
  readonly logs: string;
  /** Sent with every request; never told to anybody else. */
  readonly headers: Readonly<Record<string, string>>;
  /** How requests are packed, gzip when left out; where that is not read there, it turns out. */
  readonly compression?: Compression;
}

export type Compression = 'gzip' | 'none';

/** All in ms. */
export interface Patience {
  /** For an answer. */
  readonly answer: number;
  /** Before the first repetition; it grows with each, up to the most. */
  readonly first: number;
  readonly most: number;
  /** The most where an endpoint refuses whatever comes. */
  readonly refused: number;
}

export const PATIENCE: Patience = { answer: 10_000, first: 500, most: 30_000, refused: 300_000 };
