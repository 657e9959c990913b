/**
 * Secrets of the shapes that a user gives. Unlike ours they are written for plain texts, so here it
 * is seen to that a JSON text stays one: in it they are sought in strings, and in whole numbers.
 */
import { inStrings } from './in-strings.ts';
import { parseJson } from './json.ts';
import { PLACEHOLDER } from './placeholder.ts';
import type { Placeholder } from './redaction.ts';
import type { SecretShape } from './secrets.ts';

export function replaceUserShapes(
  text: string,
  shapes: readonly SecretShape[],
  placeholder: Placeholder,
): string {
  const hinted = shapes.filter(
    ({ hints }) => hints.length === 0 || hints.some((hint) => text.includes(hint)),
  );
  if (hinted.length === 0) return text;
  const hidden = (part: string): string =>
    hinted.reduce((clean, shape) => replaceShape(clean, shape, placeholder), part);
  return parseJson(text).ok ? inStrings(text, hidden) : hidden(text);
}

function replaceShape(text: string, { type, shape }: SecretShape, placeholder: Placeholder) {
  const replaced = (part: string): string =>
    part.replace(shape, (match, ...more: unknown[]) => {
      const at = Number(more.find((one) => typeof one === 'number'));
      const kept = endOfEscape(part.slice(Math.max(0, at - LONGEST_ESCAPE), at), match);
      return (
        match.slice(0, kept) + (kept < match.length ? placeholder(type, match.slice(kept)) : '')
      );
    });
  let clean = '';
  let done = 0;
  // What was redacted before holds no secret, and must stay whole.
  for (const found of text.matchAll(PLACEHOLDER)) {
    clean += replaced(text.slice(done, found.index)) + found[0];
    done = found.index + found[0].length;
  }
  return done === 0 ? replaced(text) : clean + replaced(text.slice(done));
}

const LONGEST_ESCAPE = 24;
/** A backslash that begins an escape of JSON, and what is there of it, up to the end of a text. */
const BEGUN = /(?:^|[^\\])(?:\\\\){0,9}\\(u[0-9A-Fa-f]{0,3})?$/;

/** How many characters of a match belong to an escape that begins before it: `\n`, `\u00e9`. */
function endOfEscape(before: string, match: string): number {
  const [begun, digits] = BEGUN.exec(before) ?? [];
  if (begun === undefined) return 0;
  const begins = (digits ?? '') + match.slice(0, 5 - (digits?.length ?? 0));
  if (/^u[0-9A-Fa-f]{0,4}$/.test(begins)) return begins.length - (digits?.length ?? 0);
  return digits === undefined && /^[bfnrt/]/.test(match) ? 1 : 0;
}
