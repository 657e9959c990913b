/**
 * How likely a difference between two sets of runs is by chance: Fisher's exact test for what a run
 * has or has not, the rank-sum test (Mann–Whitney) for what it takes, and, since many things are
 * looked at, the single-step minP and maxT procedures of Westfall and Young (1993): how often the
 * best of all differences is as good when the labels are dealt anew. All labellings are gone
 * through where they are few; else a fixed sample of them, the same in every run.
 */

/** Which runs are called good, in one way of dealing the labels. */
export type Labelling = Uint32Array;

export interface Labellings {
  readonly list: readonly Labelling[];
  /** All there are, and not a sample. */
  readonly exact: boolean;
}

const MOST_LABELLINGS = 10_000;
const SAMPLED = 4000;
/** Two chances that differ by less are one: they were added up in another order. */
const SAME = 1 + 1e-9;

/** Runs as bits, the first the lowest. */
export function bitsOf(count: number, has: (run: number) => boolean): Labelling {
  const bits = new Uint32Array(Math.max(1, Math.ceil(count / 32)));
  for (let run = 0; run < count; run++) {
    if (has(run)) bits[run >>> 5] = (bits[run >>> 5] as number) | (1 << (run & 31));
  }
  return bits;
}

export function countBits(bits: Labelling, within?: Labelling): number {
  let count = 0;
  for (let word = 0; word < bits.length; word++) {
    let left = (bits[word] as number) & (within === undefined ? -1 : (within[word] as number));
    left -= (left >>> 1) & 0x55555555;
    left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
    count += Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** How many ways there are to call so many of all runs good; infinity where that is no number. */
export function waysToChoose(count: number, good: number): number {
  let ways = 1;
  for (let at = 1; at <= Math.min(good, count - good); at++) {
    ways = (ways * (count - at + 1)) / at;
  }
  return Math.round(ways);
}

/** All ways to call so many runs good, or a sample of them with the given one first. */
export function labellings(count: number, given: readonly number[]): Labellings {
  const own = new Set(given);
  const first = bitsOf(count, (run) => own.has(run));
  if (waysToChoose(count, own.size) <= MOST_LABELLINGS) {
    return { list: [...choices(count, own.size)], exact: true };
  }
  const roll = rolls();
  const dealt = Array.from({ length: SAMPLED }, () => {
    const runs = Array.from({ length: count }, (_, run) => run);
    for (let at = 0; at < own.size; at++) {
      const other = at + roll(count - at);
      [runs[at], runs[other]] = [runs[other] as number, runs[at] as number];
    }
    const good = new Set(runs.slice(0, own.size));
    return bitsOf(count, (run) => good.has(run));
  });
  return { list: [first, ...dealt], exact: false };
}

function* choices(count: number, good: number): Iterable<Labelling> {
  const chosen = Array.from({ length: good }, (_, at) => at);
  for (;;) {
    const own = new Set(chosen);
    yield bitsOf(count, (run) => own.has(run));
    let at = good - 1;
    while (at >= 0 && chosen[at] === count - good + at) at--;
    if (at < 0) return;
    chosen[at] = (chosen[at] as number) + 1;
    for (let next = at + 1; next < good; next++) chosen[next] = (chosen[next - 1] as number) + 1;
  }
}

/** Numbers below a limit, the same in every run (xorshift32). */
function rolls(): (limit: number) => number {
  let state = 0x9e3779b9;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

export interface Table {
  /** Runs, good runs, runs that have it, good runs that have it. */
  readonly runs: number;
  readonly good: number;
  readonly having: number;
  readonly goodHaving: number;
}

/** Fisher's exact test, two-sided: the chance of this table and of all that are no likelier. */
export function fisher({ runs, good, having, goodHaving }: Table): number {
  const weightOf = (at: number): number =>
    Math.exp(logWays(having, at) + logWays(runs - having, good - at) - logWays(runs, good));
  const own = weightOf(goodHaving) * SAME;
  let chance = 0;
  for (let at = Math.max(0, good + having - runs); at <= Math.min(good, having); at++) {
    const weight = weightOf(at);
    if (weight <= own) chance += weight;
  }
  return Math.min(1, chance);
}

function logWays(count: number, chosen: number): number {
  let ways = 0;
  for (let at = 1; at <= chosen; at++) ways += Math.log(count - at + 1) - Math.log(at);
  return ways;
}

/** What runs have: those that can be told at all, and those of them that do. */
export interface Partition {
  readonly known: Labelling;
  readonly having: Labelling;
}

/** The chance of each partition by itself, and that of any as good among all of them. */
export interface Chances {
  readonly alone: readonly number[];
  readonly among: readonly number[];
}

export function partitionChances(
  partitions: readonly Partition[],
  given: Labelling,
  { list }: Labellings,
): Chances {
  const known = new Map<number, number>();
  const counted = partitions.map((one) => ({
    ...one,
    runs: countBits(one.known),
    count: countBits(one.having),
  }));
  const base = 32 * given.length + 1;
  const chanceOf = (one: (typeof counted)[number], labels: Labelling): number => {
    const { runs, count: having } = one;
    const good = countBits(labels, one.known);
    const goodHaving = countBits(labels, one.having);
    const key = ((runs * base + good) * base + having) * base + goodHaving;
    const before = known.get(key);
    if (before !== undefined) return before;
    const chance = fisher({ runs, good, having, goodHaving });
    known.set(key, chance);
    return chance;
  };
  const alone = counted.map((one) => chanceOf(one, given));
  const best = list.map((labels) =>
    counted.reduce((least, one) => Math.min(least, chanceOf(one, labels)), 1),
  );
  return { alone, among: alone.map((chance) => shareAtMost(best, chance * SAME)) };
}

function shareAtMost(values: readonly number[], limit: number): number {
  return values.filter((value) => value <= limit).length / values.length;
}

/** `measures`: of each thing that is measured, one number a run. */
export function rankChances(
  measures: readonly (readonly number[])[],
  given: Labelling,
  { list }: Labellings,
): Chances {
  const ranked = measures.map(ranksOf);
  const distances = ranked.map((ranks) => list.map((labels) => distance(ranks, labels)));
  const own = ranked.map((ranks) => distance(ranks, given));
  const furthest = list.map((_, at) =>
    distances.reduce((most, all) => Math.max(most, all[at] as number), 0),
  );
  const share = (values: readonly number[], least: number): number =>
    values.filter((value) => value * SAME >= least).length / values.length;
  return {
    alone: own.map((value, at) => share(distances[at] as number[], value)),
    among: own.map((value) => share(furthest, value)),
  };
}

/** Ranks from 1; equal numbers share the middle of theirs. */
function ranksOf(measure: readonly number[]): number[] {
  const sorted = [...measure].sort((a, b) => a - b);
  return measure.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

/** How far the mean rank of the good runs is from that of all, in standard deviations of ranks. */
function distance(ranks: readonly number[], labels: Labelling): number {
  const middle = (ranks.length + 1) / 2;
  let [sum, good, spread] = [0, 0, 0];
  for (const [run, rank] of ranks.entries()) {
    spread += (rank - middle) ** 2;
    if (((labels[run >>> 5] as number) >>> (run & 31)) % 2 === 0) continue;
    sum += rank - middle;
    good++;
  }
  return spread === 0 || good === 0 ? 0 : Math.abs(sum) / good / Math.sqrt(spread / ranks.length);
}
