/**
 * Lines up two sequences of keys: which item of one is which of the other, in order.
 *
 * Patience: keys that stand once on both sides are anchors, and what is between two anchors is lined
 * up alike. Where there are none, the shortest edit script (Myers, "An O(ND) Difference Algorithm",
 * 1986), as long as it is short; else each key takes the next equal one. So work is bounded: near
 * linear, whatever the sequences are.
 */

export type Pair = readonly [a: number, b: number];

/** Longer edit scripts are not sought: they cost the square of their length. */
const LONGEST_SCRIPT = 200;
/** Anchors within anchors; sequences made to go deeper get the plain way. */
const DEEPEST = 32;

interface Range {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
  readonly depth: number;
}

/** The pairs of equal items, both sides rising. */
export function align(a: readonly string[], b: readonly string[]): Pair[] {
  const pairs: Pair[] = [];
  const waiting: Range[] = [{ a: 0, aEnd: a.length, b: 0, bEnd: b.length, depth: 0 }];
  for (let range = waiting.pop(); range; range = waiting.pop()) {
    const rest = trimmed(a, b, range, pairs);
    if (rest.a === rest.aEnd || rest.b === rest.bEnd) continue;
    const anchors = rest.depth < DEEPEST ? rising(anchorsIn(a, b, rest)) : [];
    if (anchors.length > 0) for (const inner of between(anchors, rest, pairs)) waiting.push(inner);
    else for (const pair of shortest(a, b, rest) ?? nextEqual(a, b, rest)) pairs.push(pair);
  }
  return pairs.sort(([one], [other]) => one - other);
}

/** Pairs off what is equal at both ends. */
function trimmed(a: readonly string[], b: readonly string[], range: Range, pairs: Pair[]): Range {
  let { a: i, b: j, aEnd, bEnd } = range;
  while (i < aEnd && j < bEnd && a[i] === b[j]) pairs.push([i++, j++]);
  while (i < aEnd && j < bEnd && a[aEnd - 1] === b[bEnd - 1]) pairs.push([--aEnd, --bEnd]);
  return { a: i, aEnd, b: j, bEnd, depth: range.depth };
}

/** Keys that stand once on both sides, in the order of `a`. */
function anchorsIn(a: readonly string[], b: readonly string[], range: Range): Pair[] {
  const inA = placesOnce(a, range.a, range.aEnd);
  const inB = placesOnce(b, range.b, range.bEnd);
  return [...inA].flatMap(([key, i]): Pair[] => {
    const j = inB.get(key);
    return i >= 0 && j !== undefined && j >= 0 ? [[i, j]] : [];
  });
}

/** Where each key stands; −1 when it stands more than once. */
function placesOnce(keys: readonly string[], from: number, to: number): Map<string, number> {
  const places = new Map<string, number>();
  for (let at = from; at < to; at++) {
    const key = keys[at] as string;
    places.set(key, places.has(key) ? -1 : at);
  }
  return places;
}

/** The longest part of the pairs, given in the order of `a`, in which `b` rises too. */
export function rising(pairs: readonly Pair[]): Pair[] {
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [at, [, b]] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pairs[ends[middle] as number] as Pair)[1] < b) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : (ends[low - 1] as number);
    ends[low] = at;
  }
  const chain: Pair[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) {
    chain.push(pairs[at] as Pair);
  }
  return chain.reverse();
}

/** The ranges that anchors leave, the anchors themselves being paired. */
function between(anchors: readonly Pair[], range: Range, pairs: Pair[]): Range[] {
  const ranges: Range[] = [];
  const depth = range.depth + 1;
  let [a, b] = [range.a, range.b];
  for (const [i, j] of anchors) {
    ranges.push({ a, aEnd: i, b, bEnd: j, depth });
    pairs.push([i, j]);
    [a, b] = [i + 1, j + 1];
  }
  return [...ranges, { a, aEnd: range.aEnd, b, bEnd: range.bEnd, depth }];
}

/** The pairs of the shortest edit script, or undefined when it is too long. */
function shortest(a: readonly string[], b: readonly string[], range: Range): Pair[] | undefined {
  const n = range.aEnd - range.a;
  const m = range.bEnd - range.b;
  const most = Math.min(n + m, LONGEST_SCRIPT);
  const furthest = new Int32Array(2 * most + 3);
  const trail: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    for (let k = -edits; k <= edits; k += 2) {
      const at = most + 1 + k;
      const down = furthest[at + 1] as number;
      const right = (furthest[at - 1] as number) + 1;
      let x = k === -edits || (k !== edits && right - 1 < down) ? down : right;
      while (x < n && x - k < m && a[range.a + x] === b[range.b + x - k]) x++;
      furthest[at] = x;
      if (x >= n && x - k >= m) return traced(trail, range, { edits, most });
    }
    trail.push(furthest.slice());
  }
  return undefined;
}

/** Goes back through the furthest places of each round; what was passed in equal steps are pairs. */
function traced(
  trail: readonly Int32Array[],
  range: Range,
  { edits, most }: { edits: number; most: number },
): Pair[] {
  const pairs: Pair[] = [];
  let x = range.aEnd - range.a;
  let y = range.bEnd - range.b;
  for (let round = edits; round > 0; round--) {
    const furthest = trail[round - 1] as Int32Array;
    const k = x - y;
    const at = most + 1 + k;
    const down = furthest[at + 1] as number;
    const right = (furthest[at - 1] as number) + 1;
    const isDown = k === -round || (k !== round && right - 1 < down);
    const before = isDown ? down : right - 1;
    const beforeY = before - (isDown ? k + 1 : k - 1);
    const start = isDown ? before : before + 1;
    while (x > start) pairs.push([range.a + --x, range.b + --y]);
    [x, y] = [before, beforeY];
  }
  while (x > 0 && y > 0) pairs.push([range.a + --x, range.b + --y]);
  return pairs;
}

/** Each item with the next equal one behind the last pair. */
function nextEqual(a: readonly string[], b: readonly string[], range: Range): Pair[] {
  const places = new Map<string, number[]>();
  for (let at = range.bEnd - 1; at >= range.b; at--) {
    const key = b[at] as string;
    const known = places.get(key);
    if (known) known.push(at);
    else places.set(key, [at]);
  }
  const pairs: Pair[] = [];
  let last = range.b - 1;
  for (let at = range.a; at < range.aEnd; at++) {
    const list = places.get(a[at] as string);
    while (list && list.length > 0 && (list.at(-1) as number) <= last) list.pop();
    const next = list?.pop();
    if (next === undefined) continue;
    pairs.push([at, next]);
    last = next;
  }
  return pairs;
}
