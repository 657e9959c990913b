/** The parts of a text that may name something, whatever stands around them. */
import { PLACEHOLDER } from '../../model/placeholder.ts';

/** Whether a word stands in a text, and not as a part of a longer one. */
export function hasWord(text: string, word: string): boolean {
  let at = text.indexOf(word);
  while (at !== -1) {
    if (!goesOn(text.charAt(at - 1)) && !goesOn(text.charAt(at + word.length))) return true;
    at = text.indexOf(word, at + word.length);
  }
  return false;
}

function goesOn(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}

/**
 * The parts of a text that may name something: ids alone, in an address or in a sentence.
 * Placeholders of redacted secrets are such parts, whatever signs are in them.
 */
const TOKEN = new RegExp(`${PLACEHOLDER.source}|[\\p{L}\\p{N}_-]+`, 'gu');

/** A text as its tokens, and what stands between them. */
export interface Tokens {
  readonly tokens: readonly string[];
  /** All but the tokens. */
  readonly rest: string;
}

export function tokensOf(text: string): Tokens {
  const tokens: string[] = [];
  const rest = text.replace(TOKEN, (token) => {
    tokens.push(token);
    return '\u0000';
  });
  return { tokens, rest };
}

/** The text with each token replaced by another. */
export function withTokens(text: string, other: (token: string) => string): string {
  return text.replace(TOKEN, (token) => other(token));
}
