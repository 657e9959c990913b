/** What may be wished of spans, wherever they are made. */

/** What a caller's context is: the parent of its span, or only linked. */
export const PARENTS = ['remote', 'link'] as const;
export type Parent = (typeof PARENTS)[number];

/**
 * What is shown of what was asked with and answered. `preview`: the beginning of each, under names
 * of ours. `genai`: nearly all of it, where the GenAI conventions and OpenInference have it, and so
 * Langfuse and Phoenix show it.
 */
export const PAYLOADS = ['preview', 'genai'] as const;
export type Payloads = (typeof PAYLOADS)[number];

/** Opens a message in the page; undefined where there is no page. */
export type UrlOf = (message: string) => string | undefined;

/** Of the page at this address. It finds the run itself, so that whoever makes spans says the same; no token is part of it. */
export function urlIn(page: string): UrlOf {
  return (message) => `${page}/#/message/${message}`;
}

export interface ToSpans {
  /** `remote` when left out. */
  readonly parent?: Parent;
  /** Whose spans these are; `server` when left out. */
  readonly side?: 'server' | 'client';
  /** The run of a moment, in µs of the session's clock; the session itself when left out. */
  readonly runAt?: (at: number) => string;
  /** Opens a message in the page. */
  readonly urlOf?: UrlOf;
  /** Shows payloads, but none that was recorded raw; none at all when left out. */
  readonly payloads?: Payloads | undefined;
}
