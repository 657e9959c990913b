/**
 * Which of many short texts stand in a long one, in one look at it.
 *
 * A hint of three characters or more has two pairs of neighbours, of which one begins at an even place
 * of the text. So a look at every second pair is enough, in a table; and only at a pair of a hint is
 * looked at what stands around it. Of each hint its rarest three characters are chosen for that.
 */
import { addTo } from './group.ts';

/** Something that is only in a text which contains one of these, of at least one character each. */
export interface Hinted {
  readonly hints: readonly string[];
}

/** A hint by one of its pairs: where that stands in it, and which character stands `beside` the pair. */
interface Sought<T> {
  readonly item: T;
  readonly hint: string;
  readonly place: number;
  readonly beside: number;
  readonly code: number;
}

/** Makes the search for the hints of these items; it gives those that were hinted at, in their order. */
export function createHintSearch<T extends Hinted>(
  items: readonly T[],
): (text: string) => readonly T[] {
  const all = items.flatMap((item) => item.hints.map((hint) => ({ item, hint })));
  const short = all.filter(({ hint }) => hint.length < 3);
  const byPair = new Map<number, Sought<T>[]>();
  for (const { item, hint } of all) {
    for (const { place, beside } of pairsOf(hint)) {
      const code = hint.charCodeAt(place + beside);
      addTo(byPair, pairAt(hint, place), { item, hint, place, beside, code });
    }
  }
  const isOfHint = new Uint8Array(PAIRS);
  for (const pair of byPair.keys()) isOfHint[pair] = 1;
  return (text) => {
    const found = new Set<T>();
    for (const { item, hint } of short) if (text.includes(hint)) found.add(item);
    const last = text.length - 1;
    for (let at = 0; at < last; at += 2) {
      const pair = pairAt(text, at);
      if (isOfHint[pair] === 0) continue;
      for (const sought of byPair.get(pair) ?? []) {
        if (stands(text, at, sought)) found.add(sought.item);
      }
    }
    return found.size === 0 ? [] : items.filter((item) => found.has(item));
  };
}

/** Whether a hint stands where one of its pairs does. */
function stands(text: string, at: number, { hint, place, beside, code }: Sought<unknown>): boolean {
  return text.charCodeAt(at + beside) === code && text.startsWith(hint, at - place);
}

const BITS = 7;
const MASK = 2 ** BITS - 1;
const PAIRS = 2 ** (2 * BITS);

/** A number for two characters, which others have as well where they are not ASCII. */
function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) & MASK) << BITS) | (text.charCodeAt(at + 1) & MASK);
}

/** Characters by how rare they are in messages, the rarest first; all others are more common. */
const RARE = 'QZXJKVYWBGPTSAIMDENRLOCFHU@%+-_/.:qzxjkvbwpygfumcdhlrsnioate';

/** The two pairs of the rarest three characters of a hint, if it has as many. */
function pairsOf(hint: string): readonly Pick<Sought<unknown>, 'place' | 'beside'>[] {
  let rarest = 0;
  for (let at = 1; at + 3 <= hint.length; at++) {
    if (commonness(hint, at) < commonness(hint, rarest)) rarest = at;
  }
  if (hint.length < 3) return [];
  return [
    { place: rarest, beside: 2 },
    { place: rarest + 1, beside: -1 },
  ];
}

function commonness(hint: string, at: number): number {
  const ranks = [...hint.slice(at, at + 3)].map((character) => RARE.indexOf(character));
  return ranks.reduce((sum, rank) => sum + (rank === -1 ? RARE.length : rank), 0);
}

/** An expression for this text and nothing else. */
export function literal(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}
