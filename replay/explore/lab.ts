/** Where courses are run and looked at. It counts, and remembers what is the same each time. */
import { type Course, courseText, serial } from './course.ts';
import { type Eye, type Outcome, outcomeOf } from './observe.ts';
import type { Problem } from './problem.ts';
import type { Delays, Execute, Illegal, Run } from './run.ts';

export interface Lab {
  readonly problem: Problem;
  /** What a course shows, run anew. */
  look(course: Course, delays?: Delays): Promise<Outcome | Illegal>;
  /** What these operations show one after the other, run once; they are places. */
  inOrder(places: readonly number[]): Promise<Outcome | Illegal>;
  courseOf(places: readonly number[]): Course;
  /** Nothing new is begun any more. */
  isSpent(): boolean;
  readonly runs: number;
}

export interface Limits {
  /** How many runs are begun; proofs that were begun are brought to their end. */
  readonly budget: number;
  /** Whether the time is over. */
  readonly isLate: () => boolean;
  readonly onRun?: (runs: number, what: string) => void;
}

export function createLab(execute: Execute, eye: Eye, limits: Limits, before: number): Lab {
  const { problem } = eye;
  const known = new Map<string, Outcome | Illegal>();
  let runs = before;
  const look = async (course: Course, delays: Delays = NO_DELAYS) => {
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
    isSpent: () => runs >= limits.budget || limits.isLate(),
    get runs() {
      return runs;
    },
  };
}

const NO_DELAYS: Delays = new Map();

function seen(run: Run, eye: Eye): Outcome | Illegal {
  return run.kind === 'illegal' ? run : outcomeOf(run, eye);
}

export function isIllegal(seen: Outcome | Illegal): seen is Illegal {
  return 'kind' in seen;
}
