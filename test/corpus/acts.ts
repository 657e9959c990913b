/**
 * Acts: what agents, clients and servers of the corpus do, as generators that wait.
 *
 * The same act runs on a simulated clock, where a million waits take a second and the same seed gives
 * the same times, and on the real one, before real servers. A wait says only who wakes it.
 */
import { dice } from '../kit/dice.ts';

export type Wait = (wake: (value: unknown) => void) => void;
/** What an act yields is woken with anything; `pause` and the like give it its type again. */
export type Act<T = void> = Generator<Wait, T, unknown>;

export interface Clock {
  /** µs of the machine's monotonic clock. */
  now(): number;
  after(micros: number, then: () => void): void;
}

export function begin<T>(act: Act<T>, done: (value: T) => void = () => {}): void {
  const step = (value?: unknown): void => {
    const next = act.next(value);
    if (next.done) done(next.value);
    else next.value(step);
  };
  step();
}

export function* pause(clock: Clock, micros: number): Act {
  yield (wake) => clock.after(micros, () => wake(undefined));
}

/** Waits for something that wakes once with a value of this type. */
export function* waited<T>(wait: (wake: (value: T) => void) => void): Act<T> {
  return (yield wait as Wait) as T;
}

/** All of them at once; what they gave, in their order. */
export function* all<T>(acts: readonly Act<T>[]): Act<T[]> {
  if (acts.length === 0) return [];
  return yield* waited<T[]>((wake) => {
    const given: T[] = new Array(acts.length);
    let open = acts.length;
    acts.forEach((act, place) => {
      begin(act, (value) => {
        given[place] = value;
        open -= 1;
        if (open === 0) wake(given);
      });
    });
  });
}

export interface Lock {
  /** Runs the act while nobody else holds the lock; who waits longest is next. */
  hold<T>(act: () => Act<T>): Act<T>;
}

export function lock(): Lock {
  const waiting: (() => void)[] = [];
  let isHeld = false;
  return {
    *hold(act) {
      if (isHeld) yield* waited<void>((wake) => waiting.push(() => wake()));
      isHeld = true;
      const given = yield* act();
      const next = waiting.shift();
      if (next) next();
      else isHeld = false;
      return given;
    },
  };
}

/** Lets those who come wait until so many are here: a race that is lost in every run. */
export function meeting(size: number): () => Act {
  let here: (() => void)[] = [];
  return function* meet() {
    yield* waited<void>((wake) => {
      here.push(() => wake());
      if (here.length < size) return;
      const all = here;
      here = [];
      for (const go of all) go();
    });
  };
}

export interface SimulatedClock extends Clock {
  /** Runs until nothing waits any more. */
  run(): void;
}

/** A clock that jumps to whatever is next; of equal times, what was asked for first. */
export function simulatedClock(start: number): SimulatedClock {
  const heap: { readonly at: number; readonly order: number; readonly then: () => void }[] = [];
  let now = start;
  let order = 0;
  const isEarlier = (a: number, b: number): boolean => {
    const [one, other] = [heap[a], heap[b]];
    if (!one || !other) return one !== undefined;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  };
  const swap = (a: number, b: number): void => {
    const [one, other] = [heap[a], heap[b]];
    if (!one || !other) return;
    heap[a] = other;
    heap[b] = one;
  };
  const sink = (): void => {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = isEarlier(right, left) ? right : left;
      if (!isEarlier(least, at) || heap[least] === undefined) return;
      swap(at, least);
      at = least;
    }
  };
  return {
    now: () => now,
    after(micros, then) {
      heap.push({ at: now + Math.max(0, Math.round(micros)), order: order++, then });
      for (let at = heap.length - 1; at > 0 && isEarlier(at, (at - 1) >> 1); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1);
    },
    run() {
      for (let first = heap[0]; first; first = heap[0]) {
        const last = heap.pop();
        if (last && heap.length > 0) heap[0] = last;
        sink();
        now = Math.max(now, first.at);
        first.then();
      }
    },
  };
}

export interface Chance {
  /** From 0 to below `limit`. */
  below(limit: number): number;
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** One in so many. */
  oneIn(count: number): boolean;
  /** Another row of numbers, of its own seed: what one part rolls moves no other. */
  fork(name: string): Chance;
}

/** Chance from a seed, the same in every run. */
export function chance(seed: number): Chance {
  const roll = dice(seed);
  return {
    below: roll,
    between: (low, high) => low + roll(Math.max(1, high - low + 1)),
    pick: (items) => items[roll(items.length)] as (typeof items)[number],
    oneIn: (count) => roll(count) === 0,
    fork: (name) =>
      chance([...name].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0, seed)),
  };
}
