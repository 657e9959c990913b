/** Where values stand in a valid JSON text, so that they can be read or replaced as they were written. */
import { endOfString } from './json.ts';

interface Place {
  readonly start: number;
  readonly end: number;
}

/** The text of the value at a path of names and numbers, exactly as it was written. */
export function valueText(text: string, path: readonly (string | number)[]): string | undefined {
  let place: Place | undefined = { start: afterSpace(text, 0), end: text.length };
  for (const step of path) {
    const find = typeof step === 'string' ? lastMember : itemAt;
    place = place && find(text, place.start, step as never);
  }
  return place && text.slice(place.start, place.end);
}

/** The value of a member of the object that begins here; of several of one name the last counts, as for parsers. */
export function lastMember(text: string, open: number, name: string): Place | undefined {
  if (text[open] !== '{') return undefined;
  let found: Place | undefined;
  for (let at = afterSpace(text, open + 1); text[at] === '"'; ) {
    const close = endOfString(text, at);
    const key: unknown = JSON.parse(text.slice(at, close + 1));
    const start = afterSpace(text, afterSpace(text, close + 1) + 1);
    const end = endOfValue(text, start);
    if (key === name) found = { start, end };
    at = afterSpace(text, afterSpace(text, end) + 1);
  }
  return found;
}

/** The item at an index of the list that begins here. */
function itemAt(text: string, open: number, index: number): Place | undefined {
  if (text[open] !== '[') return undefined;
  let start = afterSpace(text, open + 1);
  for (let before = 0; text[start] !== ']' && start < text.length; before++) {
    const end = endOfValue(text, start);
    if (before === index) return { start, end };
    const comma = afterSpace(text, end);
    if (text[comma] !== ',') return undefined;
    start = afterSpace(text, comma + 1);
  }
  return undefined;
}

/** Behind the last character of the value that starts here. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth++;
    else if (depth === 0 && /[,}\]\s]/.test(character)) return at;
    else if (character === '}' || character === ']') depth--;
    if (depth === 0 && /["}\]]/.test(character)) return at + 1;
  }
  return text.length;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text.charAt(at))) at++;
  return at;
}
