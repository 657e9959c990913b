/** Addresses of resources: what is the same, and what is a part of what. */

/** Longer ones nobody compares. */
const LONGEST = 4096;

/**
 * Whether an address, or one that it may be a part of, is in a set: each beginning that ends before
 * one of its separators is asked for, with it and without. One that is too long is called known.
 */
export function isWithin(uri: string, has: (uri: string) => boolean): boolean {
  if (uri.length > LONGEST || has(uri) || has(`${uri}/`)) return true;
  for (let at = 0; at < uri.length; at++) {
    if (!/[/?#]/.test(uri.charAt(at))) continue;
    if (has(uri.slice(0, at)) || has(uri.slice(0, at + 1))) return true;
  }
  return false;
}

/** Whether an address means the other or a part of it, however the two are written. */
export function isPartOf(uri: string, whole: string): boolean {
  return plain(uri).startsWith(plain(whole));
}

function plain(uri: string): string {
  return decoded(uri).toLowerCase().replace(/\/$/, '');
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
