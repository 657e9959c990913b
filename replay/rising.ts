/**
 * Numbers under a mask of type `int`: a counter of the live server or client may stand elsewhere
 * than the recorded one, but where the recorded numbers rise, the live ones do not fall.
 */
import { type Mask, valuesAt } from './masks.ts';

export interface Rising {
  /** The first place where a live number falls where the recorded ones rise, as a JSON pointer. */
  fallsAt(recorded: unknown, live: unknown, masks: readonly Mask[]): string | undefined;
  /** Remembers the numbers of two messages that were found to be one. */
  keep(recorded: unknown, live: unknown, masks: readonly Mask[]): void;
}

/** The least and the greatest live number that a recorded one was met by. */
interface Met {
  readonly recorded: number;
  least: number;
  greatest: number;
}

export function createRising(): Rising {
  /** By mask, in the order of the recorded numbers. */
  const metBy = new Map<Mask, Met[]>();
  return {
    fallsAt(recorded, live, masks) {
      for (const { mask, pointer, numbers } of numbersAt(recorded, live, masks)) {
        if (!fits(metBy.get(mask) ?? [], numbers)) return pointer;
      }
      return undefined;
    },
    keep(recorded, live, masks) {
      for (const { mask, numbers } of numbersAt(recorded, live, masks)) {
        const all = metBy.get(mask) ?? [];
        metBy.set(mask, all);
        insert(all, numbers);
      }
    },
  };
}

type Numbers = readonly [recorded: number, live: number];

function fits(all: readonly Met[], [recorded, live]: Numbers): boolean {
  const at = placeOf(all, recorded);
  const after = all[at]?.recorded === recorded ? at + 1 : at;
  const [before, behind] = [all[at - 1], all[after]];
  return (!before || before.greatest <= live) && (!behind || live <= behind.least);
}

function insert(all: Met[], [recorded, live]: Numbers): void {
  const at = placeOf(all, recorded);
  const met = all[at];
  if (met?.recorded !== recorded) all.splice(at, 0, { recorded, least: live, greatest: live });
  else {
    met.least = Math.min(met.least, live);
    met.greatest = Math.max(met.greatest, live);
  }
}

/** The index of the first that is not less. */
function placeOf(all: readonly Met[], recorded: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] as Met).recorded < recorded) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Found {
  readonly mask: Mask;
  readonly pointer: string;
  readonly numbers: Numbers;
}

function numbersAt(recorded: unknown, live: unknown, masks: readonly Mask[]): Found[] {
  return masks
    .filter(({ type }) => type === 'int')
    .flatMap((mask) => {
      const others = new Map(valuesAt(live, mask).map(({ pointer, value }) => [pointer, value]));
      return valuesAt(recorded, mask).flatMap(({ pointer, value }) => {
        const numbers: Numbers = [Number(value), Number(others.get(pointer))];
        return numbers.every(Number.isSafeInteger) ? [{ mask, pointer, numbers }] : [];
      });
    });
}
