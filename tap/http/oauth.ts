/**
 * Logins through a listening tap (RFC 9728, protected resource metadata; MCP authorization). A
 * client compares the resource that the server names with the address it was given, which is ours:
 * so most logins end there. That is said when one is seen.
 *
 * With `rewrite` the metadata name us instead. Logins then complete, for tokens whose audience is
 * our address: a server that checks the audience refuses them, and DPoP proofs (RFC 9449) cannot
 * hold, because they name the address as well.
 */
import { isObject, parseJson } from '../../model/json.ts';
import { atOurs, headerOf, type RawHeaders } from './headers.ts';

const METADATA = /^\/\.well-known\/oauth-protected-resource(?:\/|$|\?)/;

/** Whether a response belongs to a login. */
export function isOfLogin(path: string, status: number, headers: RawHeaders): boolean {
  if (METADATA.test(path)) return status === 200;
  return (
    status === 401 && /\bresource_metadata\b/i.test(headerOf(headers, 'www-authenticate') ?? '')
  );
}

/** What the user is told when a login is seen, or when he asks for the rewrite. */
export const LOGIN = {
  seen: (name: string): string =>
    `${name} asks its clients to log in (OAuth). They compare the address that it names with the tap's, so most logins fail through a tap; a fixed token in a header works. Tap it inside the client (tapFetch), as a bridge (wiretape wrap --remote), or with --oauth rewrite. [oauth-login]`,
  rewritten: (name: string): string =>
    `${name}: with --oauth rewrite tokens are asked for the tap's address. A server that checks for whom a token is made refuses them, and so does one that asks for DPoP. [oauth-login]`,
} as const;

/** The challenge of a server with its metadata at our address. */
export function rewriteChallenge(value: string, ours: string, upstream: URL): string {
  return value.replace(
    /(\bresource_metadata\s{0,9}=\s{0,9}")([^"]{0,4000})"/gi,
    (_, start: string, address: string) => `${start}${atOurs(address, ours, upstream)}"`,
  );
}

/** Whether the body of this answer is metadata that are to name us. */
export function isMetadata(path: string): boolean {
  return METADATA.test(path);
}

/** Metadata whose resource is at our address; what is no metadata stays as it is. */
export function rewriteMetadata(text: string, ours: string, upstream: URL): string {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) return text;
  const { resource } = parsed.value;
  if (typeof resource !== 'string') return text;
  return JSON.stringify({ ...parsed.value, resource: atOurs(resource, ours, upstream) });
}
