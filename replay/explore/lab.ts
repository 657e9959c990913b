/**
 * Where courses are run and looked at. It counts, remembers what is the same each time, and knows how
 * much of what it was given is left.
 */
import { type Course, courseText, serial } from './course.ts';
import { type Eye, type Outcome, outcomeOf } from './observe.ts';
import type { Problem } from './problem.ts';
import { AT_ONCE, type Delays, type Execute, type Illegal, type Run } from './run.ts';
import { Spent } from './spent.ts';

export interface Lab {
  readonly problem: Problem;
  /** What a course shows, run anew; throws Spent when there is nothing left to run it with. */
  look(course: Course, delays?: Delays): Promise<Outcome | Illegal>;
  /** What these operations show one after the other, run once; they are places. */
  inOrder(places: readonly number[]): Promise<Outcome | Illegal>;
  courseOf(places: readonly number[]): Course;
  /** Whether so many more runs fit into what was given, or into a share of it. */
  hasLeft(runs: number, share?: number): boolean;
  readonly runs: number;
}

export interface Limits {
  /** How many runs are made at most. */
  readonly budget: number;
  /** How much of the time is over: 0 at the start, 1 at its end. */
  readonly timeUsed: () => number;
  readonly onRun?: (runs: number, what: string) => void;
}

/** What is kept back for what comes later is never more than this part of what was given. */
const MOST_KEPT_BACK = 1 / 3;

export function createLab(execute: Execute, eye: Eye, limits: Limits, before: number): Lab {
  const { problem } = eye;
  const { budget, timeUsed } = limits;
  const known = new Map<string, Outcome | Illegal>();
  let runs = before;
  const look = async (course: Course, delays: Delays = AT_ONCE) => {
    if (runs >= budget || timeUsed() >= 1) throw new Spent();
    runs++;
    limits.onRun?.(runs, courseText(course));
    return seen(await execute(course, delays), eye);
  };
  const courseOf = (places: readonly number[]): Course =>
    serial(places.map((place) => problem.operations[place]?.number ?? 0));
  return {
    problem,
    look,
    courseOf,
    async inOrder(places) {
      const course = courseOf(places);
      const text = courseText(course);
      const found = known.get(text) ?? (await look(course));
      known.set(text, found);
      return found;
    },
    hasLeft(more, share = 1) {
      const used = timeUsed();
      const time = used + Math.min((used / runs) * more, MOST_KEPT_BACK * share);
      return (
        time < share && runs + Math.min(more, budget * MOST_KEPT_BACK * share) <= budget * share
      );
    },
    get runs() {
      return runs;
    },
  };
}

function seen(run: Run, eye: Eye): Outcome | Illegal {
  return run.kind === 'illegal' ? run : outcomeOf(run, eye);
}

export function isIllegal(seen: Outcome | Illegal): seen is Illegal {
  return 'kind' in seen;
}

/** What the work gives; the other where there was not enough left to bring it to its end. */
export async function orElse<T>(work: () => Promise<T>, other: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Spent) return other;
    throw error;
  }
}
