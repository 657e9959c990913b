/**
 * Which of many short texts stand in a long one, in one look at it.
 *
 * An expression that begins with one of sixty letters stops at every other character. So each hint
 * is sought by the rarest character in it: engines skip to one of those as fast as memory is read,
 * and only there is looked at what stands around it.
 */
import { groupBy } from './group.ts';

/** Something that is only in a text which contains one of these, of at least one character each. */
export interface Hinted {
  readonly hints: readonly string[];
}

interface Sought<T> {
  readonly item: T;
  readonly hint: string;
  /** Where its rarest character stands in it. */
  readonly anchor: number;
}

/** Makes the search for the hints of these items; it gives those that were hinted at, in their order. */
export function createHintSearch<T extends Hinted>(
  items: readonly T[],
): (text: string) => readonly T[] {
  const sought = items.flatMap((item) =>
    item.hints.map((hint): Sought<T> => ({ item, hint, anchor: anchorOf(hint) })),
  );
  const byAnchor = groupBy(sought, ({ hint, anchor }) => hint.charAt(anchor));
  const any = new RegExp([...byAnchor].map(alternative).join('|') || NEVER, 'g');
  return (text) => {
    const found = new Set<T>();
    any.lastIndex = 0;
    while (any.test(text)) {
      const at = any.lastIndex - 1;
      for (const { item, hint, anchor } of byAnchor.get(text.charAt(at)) ?? []) {
        if (text.startsWith(hint, at - anchor)) found.add(item);
      }
    }
    return found.size === 0 ? [] : items.filter((item) => found.has(item));
  };
}

const NEVER = '(?!)';

/** Characters by how rare they are in messages, the rarest first; all others are more common. */
const RARE = 'QZXJKVYWBGPTSAIMDENRLOCFHU_@-./:';

function anchorOf(hint: string): number {
  const ranks = [...hint].map((character) => RARE.indexOf(character));
  const known = ranks.filter((rank) => rank !== -1);
  return known.length === 0 ? 0 : ranks.indexOf(Math.min(...known));
}

/** One character, where it is the anchor of a hint. */
function alternative<T>([anchor, all]: readonly [string, readonly Sought<T>[]]): string {
  const around = all.map(({ hint, anchor: at }) => {
    const [before, after] = [hint.slice(0, at), hint.slice(at + 1)];
    return `${before && `(?<=${literal(before + anchor)})`}${after && `(?=${literal(after)})`}`;
  });
  return `${literal(anchor)}(?:${[...new Set(around)].join('|')})`;
}

/** An expression for this text and nothing else. */
export function literal(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}
