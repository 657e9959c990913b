/**
 * The walk: all operations once, in the order of time, past those who watch for one class each.
 *
 * An operation comes twice, as it begins and as it ends; of equal microseconds beginnings come first,
 * since they are concurrent. Each is compared with a bounded number of others (state.ts), so that the
 * work grows with the recording, and with its sorting, one hot resource included.
 */

import { groupBy } from '../../model/group.ts';
import type { Resource } from '../footprint/access.ts';
import type { Operation } from '../footprint/operation.ts';
import type { Agent } from './agents.ts';
import { emptyState, enter, leave, type Place, type State, type Touch } from './state.ts';

/** Who looks for one class of conflicts. A touch is shown before the state of its resource has it. */
export interface Watcher {
  /** An operation begins, with all that it touches. */
  asks?(operation: Operation, agent: Agent, touches: readonly Touch[]): void;
  begins?(touch: Touch): void;
  ends?(touch: Touch): void;
  /** Nothing more comes. */
  closes?(): void;
}

export function walk(
  operations: readonly Operation[],
  agentOf: (operation: Operation) => Agent,
  watchers: readonly Watcher[],
): void {
  const stateOf = createStates();
  const touches = new Map<Operation, readonly Touch[]>();
  const begins = (operation: Operation): void => {
    const agent = agentOf(operation);
    const own = touchesOf(operation, agent, stateOf);
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
  const byStart = operations.toSorted((a, b) => compared(a.start, b.start));
  const byEnd = operations.toSorted((a, b) => compared(a.end, b.end));
  let next = 0;
  for (const operation of byEnd) {
    for (let one = byStart[next]; one && one.start <= operation.end; one = byStart[++next])
      begins(one);
    ends(operation);
  }
  for (const operation of byStart.slice(next)) begins(operation);
}

/** Infinity less Infinity is no number. */
function compared(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What an operation does at each resource of which anything is known. */
function touchesOf(operation: Operation, agent: Agent, stateOf: StateOf): readonly Touch[] {
  const known = operation.accesses.filter(({ kind }) => kind !== 'X');
  const [first, ...more] = known;
  if (!first) return NONE;
  const isOne = more.every(({ resource }) => resource === first.resource);
  const groups = isOne ? [known] : groupBy(known, ({ resource }) => resource).values();
  return Array.from(groups, (accesses) => ({
    operation,
    agent,
    state: stateOf(operation, accesses[0] ?? first),
    kinds: accesses.map(({ kind }) => kind).join(''),
    confidence: Math.min(...accesses.map(({ confidence }) => confidence)),
  }));
}

const NONE: readonly Touch[] = [];

type StateOf = (operation: Operation, access: Resource) => State;

function createStates(): StateOf {
  const clocks = new Map<string, Map<string, State>>();
  return (operation, { resource, label }) => {
    const states = clocks.get(operation.clock) ?? new Map<string, State>();
    if (states.size === 0) clocks.set(operation.clock, states);
    const known = states.get(resource);
    if (known) return known;
    const pattern = patternOf(operation, resource, label);
    const state = emptyState({ key: placeKey(operation, resource), label, pattern });
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
