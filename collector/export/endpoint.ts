/** Where spans and findings are exported to, and how patiently. Addresses are read by who starts a collector. */
export interface Endpoint {
  /** What it is called in the store and in every sentence: its address, without a secret. */
  readonly name: string;
  /** The addresses of OTLP/HTTP. */
  readonly traces: string;
  readonly logs: string;
  /** Sent with every request; never told to anybody else. */
  readonly headers: Readonly<Record<string, string>>;
}

/** All in ms. */
export interface Patience {
  /** For an answer. */
  readonly answer: number;
  /** Before the first repetition; it grows with each, up to the most. */
  readonly first: number;
  readonly most: number;
  /** Where an endpoint refuses whatever comes. */
  readonly refused: number;
}

export const PATIENCE: Patience = { answer: 10_000, first: 500, most: 30_000, refused: 300_000 };
