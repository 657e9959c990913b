/**
 * Brings items to an endpoint: as often as it takes where they may be repeated, in halves where
 * something in them is refused, until it has each or has refused each alone. Memory holds no more
 * than what it was given; who gives waits.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Patience } from './endpoint.ts';
import type { Answer } from './post.ts';

export interface Delivery<T> {
  /** Settles when each item was taken or refused, with how many were taken. */
  bring(items: readonly T[]): Promise<number>;
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

interface LeftOut {
  readonly count: number;
  readonly why: string;
}

/** The endpoint takes nothing, whatever it is. */
export class Shut extends Error {}

export function createDelivery<T>(options: DeliveryOptions<T>): Delivery<T> {
  const { send, encode, patience, random, fails, leftOut, isOptional } = options;
  /** It takes what we send, if only an empty request. */
  let isOpen = false;
  let proof: Promise<void> | undefined;
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
  /** Whoever refuses a request without anything in it refuses whatever comes. */
  const prove = async (): Promise<void> => {
    const answer = await settled(encode([]));
    if (answer.is !== 'taken') throw new Shut(answer.why);
    isOpen = true;
  };
  const halves = async (items: readonly T[], left: LeftOut[]): Promise<void> => {
    const middle = items.length >> 1;
    await deliver(items.slice(0, middle), left);
    await deliver(items.slice(middle), left);
  };
  const deliver = async (items: readonly T[], left: LeftOut[]): Promise<void> => {
    const body = encode(items);
    if (body.length > LARGEST && items.length > 1) return halves(items, left);
    const answer = await settled(body);
    if (answer.is === 'taken') {
      isOpen = true;
      refusedInRow = 0;
      if (answer.partial)
        left.push({ count: answer.partial.rejected, why: answer.partial.message });
      return;
    }
    if (answer.is === 'shut') throw new Shut(answer.why);
    if (!isOpen) {
      proof ??= prove().finally(() => {
        proof = undefined;
      });
      await proof;
    }
    if (items.length > 1) return halves(items, left);
    refusedInRow++;
    if (refusedInRow >= ALL) throw new Shut(answer.why);
    left.push({ count: 1, why: answer.why });
  };

  return {
    async bring(items) {
      while (items.length > 0) {
        // What is brought again is not left out yet.
        const left: LeftOut[] = [];
        try {
          await deliver(items, left);
          for (const { count, why } of left) leftOut(count, why);
          const lost = left.reduce((sum, { count }) => sum + count, 0);
          return Math.max(0, items.length - lost);
        } catch (error) {
          if (!(error instanceof Shut)) throw error;
          isOpen = false;
          refusedInRow = 0;
          if (isOptional) throw error;
          fails(`${error.message}, and takes nothing`);
          await pause(patience.refused);
        }
      }
      return 0;
    },
  };
}
