/** What is left to chance in an exploration follows from its seed alone (mulberry32). */
export type Roll = (limit: number) => number;

/** Numbers from 0 to below a limit, the same for the same seed and the same use of it. */
export function chance(seed: number, use: string): Roll {
  let state = seed >>> 0;
  for (const character of use)
    state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** The same items in an order of chance. */
export function shuffled<T>(items: readonly T[], roll: Roll): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(roll(left.length), 1));
}
