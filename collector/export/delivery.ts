/**
 * Brings items to an endpoint: as often as it takes where they may be repeated, in halves where
 * something in them is refused, until it has each or has refused each alone. Memory holds no more
 * than what it was given; who gives waits.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Patience } from './endpoint.ts';
import type { Answer } from './post.ts';

export interface Delivery<T> {
  /** Settles when each item was taken or refused; gives those that were refused. */
  bring(items: readonly T[]): Promise<T[]>;
}

export interface DeliveryOptions<T> {
  readonly send: (body: Uint8Array) => Promise<Answer>;
  readonly encode: (items: readonly T[]) => Uint8Array;
  readonly patience: Patience;
  /** From 0 to 1, for pauses that are not all the same. */
  readonly random: () => number;
  /** Nothing goes on now, and why. */
  readonly fails: (why: string) => void;
  /** The endpoint took a request, and left so much of it out. */
  readonly leftOut: (count: number, why: string) => void;
  /** Where no request is taken: give it up, instead of trying again later. */
  readonly isOptional?: boolean;
}

/** Larger requests are halved unasked, in bytes before compression. */
const LARGEST = 4 << 20;
/** So many refused alone, and none taken between: it is not about what was sent. */
const ALL = 16;

/** The endpoint takes nothing, whatever it is. */
export class Shut extends Error {}

export function createDelivery<T>(options: DeliveryOptions<T>): Delivery<T> {
  const { send, encode, patience, random, fails, leftOut, isOptional } = options;
  let refusedInRow = 0;

  /** The answer to what is not to be repeated. */
  const settled = async (body: Uint8Array): Promise<Exclude<Answer, { is: 'later' }>> => {
    for (let wait = patience.first; ; wait = Math.min(2 * wait, patience.most)) {
      const answer = await send(body);
      if (answer.is !== 'later') return answer;
      fails(answer.why);
      await pause(Math.max(answer.after ?? 0, wait * (0.5 + random())));
    }
  };
  const halves = async (items: readonly T[]): Promise<T[]> => {
    const middle = items.length >> 1;
    const first = await deliver(items.slice(0, middle));
    return [...first, ...(await deliver(items.slice(middle)))];
  };
  const deliver = async (items: readonly T[]): Promise<T[]> => {
    const body = encode(items);
    if (body.length > LARGEST && items.length > 1) return halves(items);
    const answer = await settled(body);
    if (answer.is === 'taken') {
      refusedInRow = 0;
      if (answer.partial) leftOut(answer.partial.rejected, answer.partial.message);
      return [];
    }
    if (answer.is === 'shut') throw new Shut(answer.why);
    if (items.length > 1) return halves(items);
    refusedInRow++;
    if (refusedInRow >= ALL) throw new Shut(answer.why);
    leftOut(1, answer.why);
    return [...items];
  };

  return {
    async bring(items) {
      for (;;) {
        try {
          return items.length === 0 ? [] : await deliver(items);
        } catch (error) {
          if (!(error instanceof Shut) || isOptional) throw error;
          fails(`${error.message}, and takes nothing`);
          refusedInRow = 0;
          await pause(patience.refused);
        }
      }
    },
  };
}
