/**
 * What the recorded servers say, on its way to the client: one thing after the other, whichever
 * connection it is for, so that what was released first is heard first.
 */

import type { Outgoing } from '../speak.ts';
import type { Ear } from '../transport.ts';
import type { Due } from './lane.ts';

export interface Delivery {
  /** The connection; it hears nothing more when it is over. */
  readonly place: { readonly ear: Ear | undefined };
  readonly said: Outgoing;
  /** What was recorded; absent when it is an answer of ours. */
  readonly due?: Due;
}

/** Waits where the next thing must not come at once after the last one. */
export type Pace = (last: Delivery, next: Delivery) => Promise<unknown> | undefined;

export interface Queue {
  add(delivery: Delivery): void;
  isEmpty(): boolean;
}

/** `onEmpty`: called when all that was said is on its way. */
export function createQueue(pace: Pace | undefined, onEmpty: () => void): Queue {
  const waiting: Delivery[] = [];
  let last: Delivery | undefined;
  let handed: unknown;
  let isRunning = false;
  /** How many are said later. */
  let late = 0;

  const deliver = async (next: Delivery): Promise<void> => {
    // Two connections have an order only when the first of them is known to be served.
    if (last && last.place !== next.place) await handed;
    await (last && pace?.(last, next));
    last = next;
    const delay = next.said.kind === 'message' ? next.said.delay : undefined;
    if (delay === undefined) handed = next.place.ear?.hear(next.said, next.due);
    else sayLater(next, delay);
  };

  /** What a fault delays holds up nothing. */
  const sayLater = (next: Delivery, delay: number): void => {
    late++;
    setTimeout(() => {
      late--;
      next.place.ear?.hear(next.said, next.due);
      if (!isRunning && late === 0) onEmpty();
    }, delay);
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      for (let next = waiting.shift(); next; next = waiting.shift()) await deliver(next);
      await handed;
    }
    isRunning = false;
    if (late === 0) onEmpty();
  };

  return {
    add(delivery) {
      waiting.push(delivery);
      if (isRunning) return;
      isRunning = true;
      queueMicrotask(() => void run());
    },
    isEmpty: () => !isRunning && late === 0,
  };
}
