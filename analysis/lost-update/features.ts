/**
 * Features: what of a text can be recognised where a server shows it again.
 *
 * Of four sorts: a word; two words that follow each other; a compound of three words or more without
 * a space between them (`host-1-entity-7`); a line of three words or more. `entity-1` is the pair
 * entity 1, which is not in `entity-10`. Case, punctuation and Unicode forms do not count, since
 * servers change them. Secrets were replaced before they were recorded, and are passed over.
 */

/** Its sort (`w`, `p`, `c` or `l`), then its words, each behind a space. */
export type Feature = string;

/** The features of a text by which it can be told from others: no numbers and words of two letters, but where they are all there is. */
export function featuresOf(text: string, into: Set<Feature> = new Set()): Set<Feature> {
  let only: string | undefined;
  let count = 0;
  const weak = (feature: Feature): boolean =>
    feature.startsWith('w ') && !isStrong(feature.slice(2));
  visibleIn(text, (feature) => {
    count += 1;
    only = feature;
    if (!weak(feature)) into.add(feature);
  });
  if (count === 1 && only !== undefined) into.add(only);
  return into;
}

/** Every feature of a text, weak words too. */
export function visibleIn(text: string, see: (feature: Feature) => void): void {
  const clean = text.includes('<secret:') ? text.replaceAll(PLACEHOLDER, ' ') : text;
  for (const line of clean.normalize('NFKC').toLowerCase().split('\n')) {
    const words = line.match(WORD) ?? [];
    let before: string | undefined;
    for (const word of words) {
      see(`w ${word}`);
      if (before !== undefined) see(`p ${before} ${word}`);
      before = word;
    }
    if (words.length < 3) continue;
    for (const compound of line.match(COMPOUND) ?? [])
      see(`c ${(compound.match(WORD) ?? []).join(' ')}`);
    if (words.length <= LONGEST_LINE) see(`l ${words.join(' ')}`);
  }
}

/** The first and the last word of a text: what an edit beside it may have cut away. */
export function edgesOf(text: string): { first: string; last: string } | undefined {
  const words = text.normalize('NFKC').toLowerCase().match(WORD);
  const [first, last] = [words?.[0], words?.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** `w`, `p`, `c` or `l`. */
export function sortOf(feature: Feature): string {
  return feature.charAt(0);
}

export function wordsOfFeature(feature: Feature): string[] {
  return feature.slice(2).split(' ');
}

const PLACEHOLDER = /<secret:[a-z0-9-]+:[0-9a-f]+>/gi;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const COMPOUND = /[\p{L}\p{N}\p{M}]+(?:[-_.:/@#+][\p{L}\p{N}\p{M}]+){2,}/gu;
/** Longer lines are prose, of which the words and pairs are enough. */
const LONGEST_LINE = 40;

function isStrong(word: string): boolean {
  return word.length >= 3 && !/^\p{N}+$/u.test(word);
}

/** At most `most` features: the first half as they come, the rest spread over what is left. */
export function sampleOf(features: ReadonlySet<Feature>, most = 64): Feature[] {
  const all = [...features];
  if (all.length <= most) return all;
  const half = most / 2;
  const step = (all.length - half) / half;
  const spread = Array.from({ length: half }, (_, at) => all[half + Math.floor(at * step)] ?? '');
  return [...all.slice(0, half), ...spread];
}
