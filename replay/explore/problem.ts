/** What is explored: operations, the orders that always hold among them, and what may not commute. */
import type { Edge } from '../../analysis/schedules.ts';

export interface Explored {
  /** Its place among all operations of the recording, from 1. */
  readonly number: number;
  /** For people: `create_entities`. */
  readonly tool: string;
  readonly session: string;
  /** As in masks: what its answers are answers to. */
  readonly method: string;
  /** Equal for operations that are alike, whatever values they carry. */
  readonly pattern: string;
  /** Names that its answer may mint, since it makes something new. */
  readonly creates: boolean;
  readonly writes: boolean;
  /** A request was answered with a result that is no error when it was recorded. */
  readonly ok: boolean;
  /** When it ran in the recording. */
  readonly start: number;
  readonly end: number;
}

export interface Problem {
  /** In recorded order; edges are pairs of places in this list. */
  readonly operations: readonly Explored[];
  /** Orders that hold always: data flow, rounds of one call, and what each host knew. */
  readonly must: readonly Edge[];
  /** Those of `must` without which the later one cannot be sent at all. */
  readonly needs: readonly Edge[];
  /** Pairs that may not commute, in recorded order. */
  readonly conflicts: readonly Edge[];
  /** What the clients said of their own accord: no server minted it. */
  readonly said: ReadonlySet<string>;
}

/** Whether `after` comes behind `before` in every order; both are places. */
export interface Always {
  isBefore(before: number, after: number): boolean;
  /** All that come before it, in recorded order. */
  ancestors(place: number): readonly number[];
}

/** The transitive closure of edges that lead onwards in recorded order. */
export function closureOf(count: number, edges: readonly Edge[]): Always {
  const above = Array.from({ length: count }, () => new Set<number>());
  for (const [before, after] of [...edges].sort(([, a], [, b]) => a - b)) {
    const own = above[after];
    if (!own) continue;
    own.add(before);
    for (const one of above[before] ?? []) own.add(one);
  }
  return {
    isBefore: (before, after) => above[after]?.has(before) === true,
    ancestors: (place) => [...(above[place] ?? [])].sort((a, b) => a - b),
  };
}
