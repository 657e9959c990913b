/** The strings of a JSON text, changed where they stand; all else stays as it was written. */
import { endOfString } from './json.ts';
import { isPlaceholder } from './placeholder.ts';

/**
 * Changes what stands in the strings of a JSON text. A number that is a secret as a whole becomes a
 * string; part of another number is none, and to replace it would break the text.
 */
export function inStrings(text: string, change: (part: string) => string): string {
  let changed = '';
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const open = quote === -1 ? text.length : quote;
    changed += text.slice(at, open).replace(NUMBER, (number) => {
      const clean = change(number);
      return isPlaceholder(clean) ? `"${clean}"` : number;
    });
    if (quote === -1) return changed;
    const close = endOfString(text, quote);
    changed += change(text.slice(quote, close + 1));
    at = close + 1;
  }
  return changed;
}

const NUMBER = /[\d.eE+-]{6,}/g;
