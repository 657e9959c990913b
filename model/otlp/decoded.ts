/** What a request of OTLP says: what of it can be kept, and how much cannot, and why. */
import type { Part } from './message.ts';
import type { Sink } from './sink.ts';

/** Why an item was not taken, as its sender is told. */
export const REASONS = {
  'trace-id': 'a trace id has 16 bytes that are not all zero',
  'span-id': 'a span id has 8 bytes that are not all zero',
  'parent-id': 'the span id of a parent has 8 bytes',
  spanless: 'a log record is kept with the span that it names',
  own: 'spans of the scope "wiretape" are made from recordings: import those instead',
  unkept: 'wiretape keeps no metrics',
} as const;

export type Reason = keyof typeof REASONS;

export interface Decoded {
  readonly items: readonly Item[];
  /** How many items were rejected, by why. */
  readonly rejected: ReadonlyMap<Reason, number>;
}

/** `3 rejected: a span id has …; 1 rejected: …` */
export function sentenceOf(rejected: Decoded['rejected']): string {
  return [...rejected].map(([reason, count]) => `${count} rejected: ${REASONS[reason]}`).join('; ');
}

/** What can be kept: of which span it is, and where its line stands among those that were written. */
export interface Item {
  /** 32 and 16 lower-case hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly begin: number;
  readonly end: number;
}

/** Reads a request, and writes what can be kept of it. Throws an OtlpFault when it cannot be read. */
export type Decode = (request: Part, sink: Sink) => Decoded;

export interface Collected {
  readonly items: Item[];
  readonly rejected: Map<Reason, number>;
}

export function reject({ rejected }: Collected, reason: Reason, count = 1): void {
  rejected.set(reason, (rejected.get(reason) ?? 0) + count);
}
