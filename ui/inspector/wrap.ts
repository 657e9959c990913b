/** Where long texts are cut into rows of the data type: by what they show, never inside a character. */
import { visible } from '../hostile.ts';

const PLAIN = /^[\x20-\x7e]*$/;
/** Characters that East Asian type and pictures make twice as wide. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Where the row that begins at `from` ends, at so many columns; at `end` at the latest. */
export function endOfRow(text: string, from: number, end: number, columns: number): number {
  const most = Math.min(end, from + columns);
  if (PLAIN.test(text.slice(from, most))) return most;
  let at = from;
  let used = 0;
  while (at < end) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    used += widthOf(character);
    // A row has one character at least, however wide its mark.
    if (used > columns && at > from) return at;
    at += character.length;
  }
  return end;
}

function widthOf(character: string): number {
  if (WIDE.test(character)) return 2;
  const shown = visible(character);
  return shown === character ? 1 : shown.length;
}

/** The places where the rows of a text begin; an empty text has one row. */
export function rowStarts(text: string, columns: number): number[] {
  const starts = [0];
  for (
    let at = endOfRow(text, 0, text.length, columns);
    at < text.length;
    at = endOfRow(text, at, text.length, columns)
  )
    starts.push(at);
  return starts;
}
