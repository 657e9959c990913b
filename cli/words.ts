/** A command in one text, as a user types it, as the words that it is made of. No shell takes part. */

/**
 * White space; a part in quotes; a backslash before what it takes the meaning of (elsewhere it is a
 * letter, as in the paths of Windows); anything else.
 */
const PIECE = /(\s+)|'([^']*)'|"((?:\\.|[^"\\])*)"|\\(["'\\\s])|([^\s'"\\]+|\\)/sy;

/** Words are parted by white space outside of quotes. Undefined when a quote has no end. */
export function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const piece = PIECE.exec(text);
    if (!piece) return undefined;
    const [, space, single, double, escaped, plain] = piece;
    if (space === undefined) {
      word =
        (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
