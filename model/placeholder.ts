/** What stands in the place of a secret: `<secret:TYPE:hmac>`. The one place that knows how it looks. */

/** Every placeholder in a text, with its type. To be used where no position is kept: match, replace, search. */
export const PLACEHOLDER = /<secret:([a-z0-9-]{1,40}):[0-9a-f]{8}>/g;

/** `tag`: eight hex digits of the keyed hash of the secret. */
export function placeholderOf(type: string, tag: string): string {
  return `${BEGINNING}${type}:${tag}>`;
}

const BEGINNING = '<secret:';

export function hasPlaceholder(text: string): boolean {
  return text.includes(BEGINNING) && text.search(PLACEHOLDER) !== -1;
}

/** As hasPlaceholder, where it costs nothing to be wrong on a text that only looks like one. */
export function mayHoldPlaceholder(text: string): boolean {
  return text.includes(BEGINNING);
}

/** Whether a text is a placeholder and nothing else. */
export function isPlaceholder(text: string): boolean {
  if (!text.startsWith(BEGINNING)) return false;
  const [found] = text.match(PLACEHOLDER) ?? [];
  return found === text;
}

/** The hash of a placeholder. Of two with one hash the secret is the same, whichever rules found it. */
export function tagOf(placeholder: string): string {
  return placeholder.slice(-9, -1);
}

/** The text without the hashes of its placeholders: they are of the key of one user. */
export function unkeyed(text: string): string {
  return text.replace(PLACEHOLDER, `${BEGINNING}$1>`);
}
