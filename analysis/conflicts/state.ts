/**
 * What is known of one resource at a moment of the walk: who writes it now, who wrote and read it
 * last, and what each agent knows of it. It grows by agents, and not by the length of a recording.
 */
import type { Operation } from '../footprint/operation.ts';
import { knew } from '../order.ts';
import type { Agent } from './agents.ts';

export interface Place {
  readonly key: string;
  readonly label: string;
  /** The same in every recording of the same set-up. */
  readonly pattern: string;
}

export interface State {
  readonly place: Place;
  /** The writes that run, and some that ran. */
  running: Touch[];
  /** The last writes and the last reads, in the order they ended. */
  written: readonly Touch[];
  read: readonly Touch[];
  readonly sights: Sights;
}

/**
 * By agent and resource: the last that it read or wrote there, and the one before. One for all states
 * of a walk: most things are seen by one agent, and a table for each would be larger than all else.
 */
export type Sights = Map<Agent, Map<State, readonly Touch[]>>;

/** One operation at one resource. */
export interface Touch {
  readonly operation: Operation;
  readonly agent: Agent;
  readonly state: State;
  /** All that it does there, as kinds of accesses: `R`, `RW`, `D`. */
  readonly kinds: string;
  readonly confidence: number;
}

/** With so many operations each one is compared. */
export const PARTNERS = 8;

/** Adds to a list of which the last PARTNERS are kept. */
export function keepLast<T>(list: T[], one: T): void {
  list.push(one);
  if (list.length > PARTNERS) list.shift();
}

/** Most things are touched once or twice, and begin with lists that none of them has to itself. */
export function emptyState(place: Place, sights: Sights): State {
  return { place, running: NONE, written: NONE, read: NONE, sights };
}

const NONE: Touch[] = [];
Object.freeze(NONE);

export function writes({ kinds }: Touch): boolean {
  return /[WAICD]/.test(kinds);
}

/** What others wrote is not safe from it: it leaves nothing of it, or changes it. */
export function overwrites({ kinds }: Touch): boolean {
  return kinds.includes('W') || kinds.includes('D');
}

/** What it puts somewhere, it puts here: who writes several things at once says not only of this one. */
export function isOnly({ operation: { accesses } }: Touch): boolean {
  return accesses.filter(({ kind }) => kind === 'W').length <= 1;
}

/** The last that the agent of `touch` had been told of the resource before it asked. */
export function lastSight({
  state,
  agent,
  operation,
}: Pick<Touch, 'state' | 'agent' | 'operation'>): Touch | undefined {
  for (const sight of state.sights.get(agent)?.get(state) ?? NONE) {
    if (knew(sight.operation, operation)) return sight;
  }
  return undefined;
}

/** Writes that run while `touch` begins, the latest first. Those that are over are taken from the list. */
export function runningBeside({ state: { running }, operation }: Touch): Touch[] {
  const found: Touch[] = [];
  for (let at = running.length - 1; at >= 0 && found.length < PARTNERS; at--) {
    const one = running[at] as Touch;
    if (one.operation.end >= operation.start) {
      found.push(one);
      continue;
    }
    const last = running.pop() as Touch;
    if (last !== one) running[at] = last;
  }
  return found;
}

/** It began: whoever begins before it ends runs beside it. */
export function enter(touch: Touch): void {
  if (!writes(touch)) return;
  const { state } = touch;
  if (state.running.length === 0) state.running = [touch];
  else state.running.push(touch);
}

/** It ended, and its agent knows what it gave. */
export function leave(touch: Touch): void {
  const { state, agent, operation } = touch;
  if (writes(touch)) state.written = [...state.written.slice(1 - PARTNERS), touch];
  else state.read = [...state.read.slice(1 - PARTNERS), touch];
  if (!operation.ok) return;
  const own = state.sights.get(agent) ?? new Map<State, readonly Touch[]>();
  if (own.size === 0) state.sights.set(agent, own);
  const before = own.get(state)?.[0];
  own.set(state, before ? [touch, before] : [touch]);
}
