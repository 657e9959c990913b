/**
 * The walk: all operations once, in the order of time, past those who watch for one class each.
 *
 * An operation comes twice, as it begins and as it ends; of equal microseconds beginnings come first,
 * since they are concurrent. Each is compared with a bounded number of others (state.ts), so that the
 * work grows with the recording, and with its sorting, one hot resource included.
 */

import { groupBy } from '../../model/group.ts';
import type { Access, Resource } from '../footprint/access.ts';
import type { Operation } from '../footprint/operation.ts';
import type { Agent } from './agents.ts';
import {
  emptyState,
  enter,
  leave,
  type Place,
  type Sights,
  type State,
  type Touch,
} from './state.ts';

/** Who looks for one class of conflicts. A touch is shown before the state of its resource has it. */
export interface Watcher {
  /** An operation begins, with all that it touches. */
  asks?(operation: Operation, agent: Agent, touches: readonly Touch[]): void;
  begins?(touch: Touch): void;
  ends?(touch: Touch): void;
  /** Nothing more comes. */
  closes?(): void;
}

/** `operations` in the order they began. */
export function walk(
  operations: readonly Operation[],
  agentOf: (operation: Operation) => Agent,
  watchers: readonly Watcher[],
): void {
  const stateOf = createStates();
  const deedsOf = createDeeds();
  const touches = new Map<Operation, readonly Touch[]>();
  const begins = (operation: Operation): void => {
    const agent = agentOf(operation);
    const own = touchesOf(operation, agent, { stateOf, deedsOf });
    if (own.length > 0) touches.set(operation, own);
    for (const watcher of watchers) watcher.asks?.(operation, agent, own);
    for (const touch of own) {
      for (const watcher of watchers) watcher.begins?.(touch);
      enter(touch);
    }
  };
  const ends = (operation: Operation): void => {
    const own = touches.get(operation);
    if (!own) return;
    for (const touch of own) {
      for (const watcher of watchers) watcher.ends?.(touch);
      leave(touch);
    }
    touches.delete(operation);
  };
  inTime(operations, begins, ends);
  for (const watcher of watchers) watcher.closes?.();
}

/** Calls `begins` and `ends` with each operation, in the order of time. */
function inTime(
  operations: readonly Operation[],
  begins: (operation: Operation) => void,
  ends: (operation: Operation) => void,
): void {
  const byEnd = operations.toSorted((a, b) => compared(a.end, b.end));
  let next = 0;
  for (const operation of byEnd) {
    for (let one = operations[next]; one && one.start <= operation.end; one = operations[++next])
      begins(one);
    ends(operation);
  }
  for (const operation of operations.slice(next)) begins(operation);
}

/** Infinity less Infinity is no number. */
function compared(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What an operation does at each resource of which anything is known. */
function touchesOf(
  operation: Operation,
  agent: Agent,
  { stateOf, deedsOf }: { stateOf: StateOf; deedsOf: DeedsOf },
): readonly Touch[] {
  return deedsOf(operation.accesses).map(({ place, kinds, confidence }) => {
    return { operation, agent, state: stateOf(operation, place), kinds, confidence };
  });
}

/** All that a list of accesses does at one resource. */
interface Deed extends Pick<Touch, 'kinds' | 'confidence'> {
  readonly place: Resource;
}

type DeedsOf = (accesses: readonly Access[]) => readonly Deed[];

/** So many lists are remembered: operations share those that say more than one thing. */
const REMEMBERED = 10_000;

function createDeeds(): DeedsOf {
  const known = new Map<readonly Access[], readonly Deed[]>();
  return (accesses) => {
    const isOne = accesses.length === 1 && accesses[0]?.kind !== 'X';
    const before = isOne ? [deedOf(accesses)] : known.get(accesses);
    if (before) return before;
    const certain = accesses.filter(({ kind }) => kind !== 'X');
    const deeds = Array.from(groupBy(certain, ({ resource }) => resource).values(), deedOf);
    if (known.size >= REMEMBERED) known.clear();
    known.set(accesses, deeds);
    return deeds;
  };
}

function deedOf(accesses: readonly Access[]): Deed {
  return {
    place: accesses[0] as Access,
    kinds: accesses.map(({ kind }) => kind).join(''),
    confidence: Math.min(...accesses.map(({ confidence }) => confidence)),
  };
}

type StateOf = (operation: Operation, access: Resource) => State;

function createStates(): StateOf {
  const clocks = new Map<string, Map<string, State>>();
  const sights: Sights = new Map();
  return (operation, { resource, label }) => {
    const states = clocks.get(operation.clock) ?? new Map<string, State>();
    if (states.size === 0) clocks.set(operation.clock, states);
    const known = states.get(resource);
    if (known) return known;
    const pattern = patternOf(operation, resource, label);
    const state = emptyState({ key: placeKey(operation, resource), label, pattern }, sights);
    states.set(resource, state);
    return state;
  };
}

/** An address names one thing everywhere, but times of two machines have no order. */
export function placeKey({ clock }: Operation, resource: string): string {
  return `${clock} ${resource}`;
}

/** What sort of resource it is, without its name. */
function patternOf({ container }: Operation, resource: string, label: string): Place['pattern'] {
  const [scheme = ''] = resource.split(':', 1);
  if (scheme === 'ent') return `${container.pattern} ${label.split(' ', 1)[0]}`;
  return scheme === 'srv' ? container.pattern : scheme;
}
