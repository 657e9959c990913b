import { PLACEHOLDER } from '../../model/placeholder.ts';

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

export type Rename = readonly [a: string, b: string];

/** The tokens in which two texts differ; undefined when they differ in more than tokens. */
export function renamesBetween(a: string, b: string): Rename[] | undefined {
  const [one, other] = [tokensOf(a), tokensOf(b)];
  if (one.rest !== other.rest || one.tokens.length !== other.tokens.length) return undefined;
  return one.tokens.flatMap((token, at): Rename[] => {
    const twin = other.tokens[at] as string;
    return token === twin ? [] : [[token, twin]];
  });
}

/** UUID (RFC 9562) and ULID: nobody writes them by hand. */
const MINTED = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/i;

export function isMinted(token: string): boolean {
  return (token.length === 36 || token.length === 26) && MINTED.test(token);
}

/** Shorter ones turn up by chance, such as a limit that equals an id. */
const TELLING = 6;

export function isTelling(token: string): boolean {
  return token.length >= TELLING && /\d/.test(token);
}
