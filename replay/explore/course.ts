/**
 * A course: the operations of a run in the order they are issued, some of them together. Its text,
 * `3,7,4+9`, is what people copy to run it again; `+` joins those that are issued together.
 *
 * An operation is known by its number, which is its place among all operations of the recording.
 */
export type Course = readonly (readonly number[])[];

/** One after the other. */
export function serial(order: readonly number[]): Course {
  return order.map((operation) => [operation]);
}

export function courseText(course: Course): string {
  return course.map((together) => together.join('+')).join(',');
}

/** The course of a text; undefined for one that is none, or names an operation twice. */
export function parseCourse(text: string): Course | undefined {
  if (text.length > LONGEST || !/^[0-9]/.test(text)) return undefined;
  const course = text.split(',').map((together) => together.split('+').map(numberOf));
  const all = course.flat();
  const isSound = all.every((one) => one > 0) && new Set(all).size === all.length;
  return isSound ? course : undefined;
}

const LONGEST = 100_000;

function numberOf(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}
