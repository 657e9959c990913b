/**
 * Text of peers, made safe to read. Characters that hide, reorder or steer (controls, ANSI escapes, bidi
 * marks, zero-width and tag characters, lone surrogates) become marks with a name; nothing is left out.
 */

export interface Piece {
  readonly text: string;
  /** The name of the character that the text stands for: `ESC`, `RLO`, `U+E0041`. */
  readonly mark?: true;
}

const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each stands for itself.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

const NAMES: Readonly<Record<number, string>> = {
  0: 'NUL',
  7: 'BEL',
  8: 'BS',
  9: 'TAB',
  10: 'LF',
  13: 'CR',
  27: 'ESC',
  127: 'DEL',
  155: 'CSI',
  173: 'SHY',
  1564: 'ALM',
  8203: 'ZWSP',
  8204: 'ZWNJ',
  8205: 'ZWJ',
  8206: 'LRM',
  8207: 'RLM',
  8232: 'LS',
  8233: 'PS',
  8234: 'LRE',
  8235: 'RLE',
  8236: 'PDF',
  8237: 'LRO',
  8238: 'RLO',
  8288: 'WJ',
  8294: 'LRI',
  8295: 'RLI',
  8296: 'FSI',
  8297: 'PDI',
  65279: 'BOM',
};

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The text in pieces, the marks apart: for elements. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: nameOf(match[0]), mark: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** The text in one piece, marks as `⟦ESC⟧`: for labels, titles and canvas. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `⟦${nameOf(character)}⟧`);
}

/** The same, cut to a length that a label may have. */
export function short(text: string, length = 80): string {
  const seen = visible(text.length > length * 4 ? text.slice(0, length * 4) : text);
  return seen.length > length ? `${seen.slice(0, length - 1)}…` : seen;
}
