/** Where the value of a member stands in the text of an object. */
import { endOfString } from './json.ts';

/**
 * The place of the first member of this name on the outermost level of an object text, which need
 * not be valid: then anything may be found, or nothing. Takes linear time.
 */
export function memberText(
  text: string,
  name: string,
): { readonly start: number; readonly end: number } | undefined {
  const key = JSON.stringify(name);
  let depth = 0;
  let start: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const isKey = depth === 1 && start === undefined && text.slice(at, end + 1) === key;
      at = end;
      if (isKey && text[at + 1] === ':') start = at + 2;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    const isOver = depth === 0 || (depth === 1 && character === ',');
    if (start !== undefined && at >= start && isOver) return { start, end: at };
  }
  return undefined;
}
