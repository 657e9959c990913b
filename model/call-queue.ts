/**
 * Calls by a key that several may share, such as an id that a peer used again too early.
 *
 * Nearly every key has one call, so that one stands alone and costs no list. Taking the next is of
 * constant cost, however many share a key: a hostile peer can send a hundred thousand.
 */
import { createIdTable } from './id-table.ts';
import type { Call } from './session.ts';

export interface CallQueues<K> {
  add(key: K, call: Call): void;
  /** Says that a call of this key got its answer. */
  settle(key: K): void;
  /** The oldest call that waits for an answer, else the newest. */
  next(key: K): Call | undefined;
  /** How many wait for an answer. */
  waiting(key: K): number;
  /** Says that nobody will ask for this call of the key again. */
  forget(key: K, call: Call): void;
}

/** Two or more calls; those before `head` have their answer. */
interface Queue {
  readonly calls: Call[];
  head: number;
  waiting: number;
  /** Those that were not forgotten. */
  readonly known: Set<Call>;
}

/** So many that have their answer are kept in a queue before they are dropped together. */
const DONE = 64;

export function createCallQueues<K>(): CallQueues<K> {
  const byKey = createIdTable<K, Call | Queue>();

  const waiting = (key: K): number => {
    const held = byKey.get(key);
    if (held === undefined) return 0;
    return isQueue(held) ? held.waiting : Number(!held.response);
  };

  return {
    waiting,
    add(key, call) {
      const held = byKey.get(key);
      if (held === undefined || waiting(key) === 0) byKey.set(key, call);
      else if (isQueue(held)) {
        held.calls.push(call);
        held.known.add(call);
        held.waiting++;
      } else {
        const calls = [held, call];
        byKey.set(key, { calls, head: 0, waiting: 2, known: new Set(calls) });
      }
    },
    settle(key) {
      const held = byKey.get(key);
      if (held !== undefined && isQueue(held)) held.waiting--;
    },
    next(key) {
      const held = byKey.get(key);
      if (held === undefined || !isQueue(held)) return held;
      while (held.head < held.calls.length - 1 && held.calls[held.head]?.response) held.head++;
      if (held.head >= DONE && 2 * held.head > held.calls.length) {
        held.calls.splice(0, held.head);
        held.head = 0;
      }
      return held.calls[held.head];
    },
    forget(key, call) {
      const held = byKey.get(key);
      if (held === call) byKey.delete(key);
      else if (held !== undefined && isQueue(held) && held.known.delete(call)) {
        if (held.known.size === 0) byKey.delete(key);
      }
    },
  };
}

function isQueue(held: Call | Queue): held is Queue {
  return 'head' in held;
}
