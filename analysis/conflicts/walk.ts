/**
 * The walk: all operations once, in the order of time, past those who watch for one class each.
 *
 * An operation comes twice, as it begins and as it ends; of equal microseconds beginnings come first,
 * since they are concurrent. Each is compared with a bounded number of others (state.ts), so that the
 * work grows with the recording, and with its sorting, one hot resource included.
 */

import { groupBy } from '../../model/group.ts';
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
  const states = new Map<string, State>();
  const touches = new Map<Operation, Touch[]>();
  for (const { operation, isEnd } of momentsOf(operations)) {
    if (isEnd) {
      for (const touch of touches.get(operation) ?? []) {
        for (const watcher of watchers) watcher.ends?.(touch);
        leave(touch);
      }
      touches.delete(operation);
      continue;
    }
    const agent = agentOf(operation);
    const own = touchesOf(operation, agent, states);
    touches.set(operation, own);
    for (const watcher of watchers) watcher.asks?.(operation, agent, own);
    for (const touch of own) {
      for (const watcher of watchers) watcher.begins?.(touch);
      enter(touch);
    }
  }
  for (const watcher of watchers) watcher.closes?.();
}

interface Moment {
  readonly time: number;
  readonly operation: Operation;
  readonly isEnd: boolean;
}

function momentsOf(operations: readonly Operation[]): Moment[] {
  return operations
    .flatMap((operation): Moment[] => [
      { time: operation.start, operation, isEnd: false },
      { time: operation.end, operation, isEnd: true },
    ])
    .sort((a, b) => compared(a.time, b.time) || Number(a.isEnd) - Number(b.isEnd));
}

/** Infinity less Infinity is no number. */
function compared(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What an operation does at each resource of which anything is known. */
function touchesOf(operation: Operation, agent: Agent, states: Map<string, State>): Touch[] {
  const known = operation.accesses.filter(({ kind }) => kind !== 'X');
  return [...groupBy(known, ({ resource }) => resource).values()].map((accesses) => {
    const [{ resource, label }] = accesses as [(typeof accesses)[0], ...typeof accesses];
    const key = placeKey(operation, resource);
    const state =
      states.get(key) ?? emptyState({ key, label, pattern: patternOf(operation, resource, label) });
    states.set(key, state);
    return {
      operation,
      agent,
      state,
      kinds: accesses.map(({ kind }) => kind).join(''),
      confidence: Math.min(...accesses.map(({ confidence }) => confidence)),
    };
  });
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
