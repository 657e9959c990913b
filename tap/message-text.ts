/**
 * The common case, fast: a line that is one JSON text, as the end of its entry's line, without
 * building the entry. Everything else is left to model/crossing.ts, which says the same, slower.
 */
import type { Redact } from '../model/crossing.ts';
import type { Line } from '../model/framing.ts';
import { utf8 } from '../model/text.ts';
import type { Direction } from './crossings.ts';

/** Makes the text that follows `"seq":N,` in the line of a message; undefined: it is none. */
export function createMessageText(
  { from, channel }: Direction,
  redact: Redact,
): (line: Line) => string | undefined {
  const crossing = `"from":"${from}","channel":"${channel}"`;
  return ({ bytes, at, sent, eof, overCap }) => {
    if (eof || overCap) return undefined;
    const text = utf8(bytes);
    if (text === undefined) return undefined;
    const clean = redact(text);
    if (!isJson(clean.text)) return undefined;
    const redacted = clean.count === 0 ? '' : `,"redacted":${clean.count}`;
    return `"at":${at},"sent":${sent},${crossing}${redacted},"message":${clean.text}}`;
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
