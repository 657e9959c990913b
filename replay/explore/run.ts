/**
 * What an exploration asks of whoever can run operations, and what it gets. The strategy knows no
 * more than this, so that a model of a server in memory serves it as well as live servers do.
 */
import type { Course } from './course.ts';

/** What came of a request: its answer without the id, or why none came. */
export type Answer =
  | { readonly result: unknown }
  | { readonly error: unknown }
  | { readonly unanswered: string };

export interface Ran {
  readonly kind: 'ran';
  /** The answers of each operation of the course, by its number. */
  readonly answers: readonly (readonly [operation: number, answers: readonly Answer[]])[];
  /** What the probes showed when all was done, by what they are called. */
  readonly probes: readonly (readonly [probe: string, answer: Answer])[];
  /** Numbers of operations that may not commute, by what this run showed and the recording did not. */
  readonly meets: readonly (readonly [one: number, other: number])[];
  /** What the servers said they are. */
  readonly versions: readonly string[];
}

/** It cannot be run: a value that an operation needs was not given, or is two values. */
export interface Illegal {
  readonly kind: 'illegal';
  readonly why: string;
}

export type Run = Ran | Illegal;

/** What is held back in a run, of those operations that are issued together. */
export interface Delays {
  /** How long after the first each is sent, in ms, by number. */
  readonly calls: ReadonlyMap<number, number>;
  /** What a server asks in the middle of a call is answered after the other calls. */
  readonly holdsAnswers: boolean;
}

export const AT_ONCE: Delays = { calls: new Map(), holdsAnswers: false };

/** Runs a course from a fresh start. Rejects only when there is nothing to run it on. */
export type Execute = (course: Course, delays: Delays) => Promise<Run>;
