/**
 * Features: what of a text can be recognised where a server shows it again.
 *
 * A feature is a word of at least three characters that is no number, or two words that follow each
 * other. `entity-1` is the pair entity 1, which is not in `entity-10`. Case, punctuation and Unicode
 * forms do not count, since servers change them. Secrets were replaced before, and are passed over.
 */

/** A pair has a space in it, a word never. */
export type Feature = string;

/** The feature of a text that is one word only: the word, however short. */
export function featuresOf(text: string, into: Set<Feature> = new Set()): Set<Feature> {
  const words = wordsIn(text);
  const [only] = words;
  if (words.length === 1 && only !== undefined) return into.add(only);
  let before: string | undefined;
  for (const word of words) {
    if (isStrong(word)) into.add(word);
    if (before !== undefined) into.add(`${before} ${word}`);
    before = word;
  }
  return into;
}

/** Every word and pair of a text, weak ones too: what a feature of another text may be found among. */
export function visibleIn(text: string, see: (feature: Feature) => void): void {
  let before: string | undefined;
  for (const word of wordsIn(text)) {
    see(word);
    if (before !== undefined) see(`${before} ${word}`);
    before = word;
  }
}

/** The first and the last word of a text: what an edit beside it may have cut away. */
export function edgesOf(text: string): { first: string; last: string } | undefined {
  const words = wordsIn(text);
  const [first, last] = [words[0], words.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** The two words of a pair; undefined for a word. */
export function pairOf(feature: Feature): readonly [string, string] | undefined {
  const space = feature.indexOf(' ');
  return space === -1 ? undefined : [feature.slice(0, space), feature.slice(space + 1)];
}

const PLACEHOLDER = /<secret:[a-z0-9-]+:[0-9a-f]+>/gi;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;

function wordsIn(text: string): readonly string[] {
  const clean = text.includes('<secret:') ? text.replaceAll(PLACEHOLDER, ' ') : text;
  return clean.normalize('NFKC').toLowerCase().match(WORD) ?? [];
}

function isStrong(word: string): boolean {
  return word.length >= 3 && !/^\p{N}+$/u.test(word);
}

/** At most `most` features: the first half as they come, the rest spread over what is left. */
export function sampleOf(features: ReadonlySet<Feature>, most = 64): Feature[] {
  const all = [...features];
  if (all.length <= most) return all;
  const half = most / 2;
  const step = (all.length - half) / half;
  return [
    ...all.slice(0, half),
    ...Array.from({ length: half }, (_, at) => all[half + Math.floor(at * step)] ?? ''),
  ];
}
