/** What a request of OTLP says: what of it can be kept, and how much cannot, and why. */
import type { Part } from './message.ts';

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

export interface Decoded<T> {
  readonly items: readonly T[];
  /** How many items were rejected, by why. */
  readonly rejected: ReadonlyMap<Reason, number>;
}

/** `3 rejected: a span id has …; 1 rejected: …` */
export function sentenceOf(rejected: Decoded<unknown>['rejected']): string {
  return [...rejected].map(([reason, count]) => `${count} rejected: ${REASONS[reason]}`).join('; ');
}

/** Reads a request. Throws an OtlpFault when it cannot be read. */
export type Decode<T> = (request: Part) => Decoded<T>;

export interface Collected<T> {
  readonly items: T[];
  readonly rejected: Map<Reason, number>;
}

export function reject({ rejected }: Collected<unknown>, reason: Reason, count = 1): void {
  rejected.set(reason, (rejected.get(reason) ?? 0) + count);
}
