/** Names split into words, at case and at everything that is no letter or digit. */

/** `read_textFile` → read, text, file; `HTTPServer2` → http, server2. */
export function wordsOf(name: string): readonly string[] {
  const known = KNOWN.get(name);
  if (known) return known;
  const words = split(name);
  if (KNOWN.size < KEPT && name.length <= LONGEST) KNOWN.set(name, words);
  return words;
}

/** Names that were split before: a recording has few of them, and each a hundred thousand times. */
const KNOWN = new Map<string, readonly string[]>();
const KEPT = 10_000;

function split(name: string): readonly string[] {
  return name
    .slice(0, LONGEST)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Names are hostile too: a name of megabytes has the words of its beginning. */
const LONGEST = 200;

/** A word without the ending of its plural: `ids` → id, `entries` → entry. */
export function singular(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  return word.length > 2 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

/** The word that decides what an argument is: its last one, in the singular. */
export function lastWord(name: string): string {
  const known = LAST.get(name);
  if (known !== undefined) return known;
  const word = singular(wordsOf(name).at(-1) ?? '');
  if (LAST.size < KEPT && name.length <= LONGEST) LAST.set(name, word);
  return word;
}

const LAST = new Map<string, string>();
