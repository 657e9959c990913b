/** Sets of UTF-16 code units, as classes of expressions name them: sorted ranges, both ends included. */
export type Characters = readonly (readonly [from: number, to: number])[];

const LAST = 0xffff;

export const ANY: Characters = [[0, LAST]];

/** The set of these characters: single ones, and ranges written as two. */
export function characters(...parts: readonly string[]): Characters {
  return joined(
    parts.map((part) => [part.charCodeAt(0), part.charCodeAt(part.length - 1)] as const),
  );
}

/** One set of these ranges, in whatever order they come. */
export function joined(ranges: Characters): Characters {
  const result: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

export function allBut(set: Characters): Characters {
  const result: [number, number][] = [];
  let from = 0;
  for (const [start, end] of set) {
    if (start > from) result.push([from, start - 1]);
    from = end + 1;
  }
  if (from <= LAST) result.push([from, LAST]);
  return result;
}

export function overlap(one: Characters, other: Characters): boolean {
  return one.some(([from, to]) => other.some(([start, end]) => from <= end && start <= to));
}

export function has(set: Characters, code: number): boolean {
  return set.some(([from, to]) => from <= code && code <= to);
}

/** The only character of a set, when there is one. */
export function onlyOne(set: Characters): string | undefined {
  const [[from, to] = [0, 1], more] = set;
  return from === to && !more ? String.fromCharCode(from) : undefined;
}

/** The same letters in both cases; beyond ASCII, where cases are many, everything. */
export function inAnyCase(set: Characters): Characters {
  return joined([...inBothCases(set), ...(overlap(set, BEYOND) ? BEYOND : [])]);
}

/** ASCII letters in both cases, and the rest of the set as it is. */
export function inBothCases(set: Characters): Characters {
  const swapped = LETTERS.flatMap(([first, last, distance]) =>
    set.flatMap(([from, to]) => {
      const [start, end] = [Math.max(from, first), Math.min(to, last)];
      return start <= end ? [[start + distance, end + distance] as const] : [];
    }),
  );
  return joined([...set, ...swapped]);
}

/** Upper and lower case: first, last, and how far away the other case is. */
const LETTERS = [
  [0x41, 0x5a, 0x20],
  [0x61, 0x7a, -0x20],
] as const;
const BEYOND: Characters = [[0x80, LAST]];

export const DIGITS = characters('09');
export const WORD = characters('09', 'AZ', '_', 'az');
/** What `\s` stands for (ECMA-262, WhiteSpace and LineTerminator). */
export const SPACE = characters(
  '\t\r',
  ' ',
  '\u00a0',
  '\u1680',
  '\u2000\u200a',
  '\u2028\u2029',
  '\u202f',
  '\u205f',
  '\u3000',
  '\ufeff',
);
/** What `.` leaves out. */
export const LINE_ENDS = characters('\n', '\r', '\u2028\u2029');
