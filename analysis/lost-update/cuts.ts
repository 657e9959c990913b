/**
 * Cuts: what edits may have taken away at the edges of the text they replaced.
 *
 * An edit removes exactly the text it looked for, and that may begin or end in the middle of what
 * another write left behind, even in the middle of a word. Where it holds a whole feature it names
 * it, and the feature no longer tells of one write alone; the rest is told by the words at its edges.
 */
import { isReplaced } from '../footprint/edit.ts';
import { type Leaf, leavesOf } from '../footprint/leaves.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import type { Span } from '../order.ts';
import { createSpanBoard, type SpanBoard } from '../spans.ts';
import { type Found, wordsIn } from './features.ts';

export interface Cuts {
  mayHaveCut(write: Operation, found: Found, span: Span): boolean;
  /**
   * Whether what parts two words may be gone, so that words which nobody cut have grown together with
   * others: those at the ends of a feature, or those inside as well.
   */
  mayHaveJoined(write: Operation, span: Span): 'ends' | 'inside' | undefined;
}

/** The edges of replaced texts: a side, the word there, and the word next to it inside. */
type Edges = SpanBoard<string>;

export function cutsOf(operations: readonly Operation[]): Cuts {
  const byScope = new Map<string, Edges>();
  for (const operation of operations) {
    if (!operation.edits) continue;
    const keys = edgesOf(leavesOf(argumentsOf(operation)));
    for (const scope of new Set([...scopesOf(operation), operation.container.id])) {
      const edges = byScope.get(scope) ?? createSpanBoard<string>();
      byScope.set(scope, edges);
      for (const key of keys) edges.put(key, operation);
    }
  }
  const anyScope = (write: Operation, span: Span, asks: (isEdge: IsEdge) => boolean): boolean =>
    scopesOf(write).some((scope) => {
      const edges = byScope.get(scope);
      return edges !== undefined && asks((key) => edges.overlaps(key, span, write));
    });
  return {
    mayHaveCut: (write, found, span) => anyScope(write, span, (isEdge) => isCut(found, isEdge)),
    mayHaveJoined(write, span) {
      if (anyScope(write, span, (isEdge) => isEdge(BETWEEN))) return 'inside';
      return anyScope(write, span, (isEdge) => isEdge(JOIN)) ? 'ends' : undefined;
    },
  };
}

type IsEdge = (key: string) => boolean;

/** Where an edit is listed that may have cut anything, and one that replaced a single word. */
const ANYTHING = 'anything';
/** One that took away what parts words, beside what it replaced, and one that replaced nothing else. */
const JOIN = 'join';
const BETWEEN = 'between';
const SINGLE = 'single';

function edgesOf(leaves: readonly Leaf[]): Set<string> {
  const edges = new Set<string>();
  for (const leaf of leaves) {
    if (typeof leaf.value !== 'string' || !isReplaced(leaf.field)) continue;
    const words = wordsIn(leaf.value);
    const [first, second] = words;
    const [last, beforeLast] = [words.at(-1), words.at(-2)];
    if (leaf.value === '') edges.add(ANYTHING);
    if (first === undefined || last === undefined) {
      edges.add(BETWEEN);
      continue;
    }
    if (mayJoin(leaf, leaves)) edges.add(JOIN);
    if (second === undefined || beforeLast === undefined) {
      edges.add(SINGLE).add(`single ${first}`);
    } else {
      edges.add(`first ${first}`).add(`first ${first} ${second}`);
      edges.add(`last ${last}`).add(`last ${last} ${beforeLast}`);
      // Of two words the other one may be cut as well, and then is no help.
      if (words.length === 2) edges.add(`first of two ${first}`).add(`last of two ${last}`);
    }
  }
  return edges;
}

/** Whether the edit takes away what parts two words at its ends, so that words which it does not hold grow together. */
function mayJoin({ pointer, value }: Leaf, leaves: readonly Leaf[]): boolean {
  const before = String(value);
  const parent = pointer.slice(0, pointer.lastIndexOf('/') + 1);
  return leaves.some((other) => {
    if (typeof other.value !== 'string' || isReplaced(other.field)) return false;
    if (!other.pointer.startsWith(parent) || other.pointer.includes('/', parent.length))
      return false;
    const after = other.value;
    return parts(before.charAt(0), after.charAt(0)) || parts(before.slice(-1), after.slice(-1));
  });
}

function parts(before: string, after: string): boolean {
  return before !== after && wordsIn(before).length === 0;
}

/** A longer word is not taken apart: it counts as cut. */
const LONGEST = 64;

function isCut({ words, from, to }: Found, isEdge: IsEdge): boolean {
  if (isEdge(ANYTHING)) return true;
  const hasSingles = isEdge(SINGLE);
  for (let at = from; at < to; at++) {
    const word = words[at] ?? '';
    if (word.length > LONGEST) return true;
    // A whole word at the feature's own edge is beside the feature, and not inside it.
    const starts = at > from ? word.length : word.length - 1;
    const ends = at < to - 1 ? word.length : word.length - 1;
    if (beginsIn(word, words[at + 1], starts).some(isEdge)) return true;
    if (endsIn(word, words[at - 1], ends).some(isEdge)) return true;
    if (hasSingles && singlesIn(word, to - from > 1).some(isEdge)) return true;
  }
  return false;
}

/** Edges by which a replaced text would begin in this word: with the word after it, where that is known. */
function beginsIn(word: string, next: string | undefined, most: number): string[] {
  return lengthsTo(most).flatMap((length) => {
    const tail = word.slice(word.length - length);
    return [next === undefined ? `first ${tail}` : `first ${tail} ${next}`, `first of two ${tail}`];
  });
}

function endsIn(word: string, before: string | undefined, most: number): string[] {
  return lengthsTo(most).flatMap((length) => {
    const head = word.slice(0, length);
    return [
      before === undefined ? `last ${head}` : `last ${head} ${before}`,
      `last of two ${head}`,
    ];
  });
}

function singlesIn(word: string, whole: boolean): string[] {
  const most = whole ? word.length : word.length - 1;
  return lengthsTo(most).flatMap((length) =>
    Array.from(
      { length: word.length - length + 1 },
      (_, at) => `single ${word.slice(at, at + length)}`,
    ),
  );
}

function lengthsTo(most: number): number[] {
  return Array.from({ length: Math.max(0, most) }, (_, index) => index + 1);
}

/** What an operation touches: its keys, or its whole container. */
function scopesOf({ keys, container }: Operation): string[] {
  if (keys.length === 0) return [container.id];
  return keys.map(
    ({ value, absolute }) => `${absolute ? container.machine : container.id} ${value}`,
  );
}
