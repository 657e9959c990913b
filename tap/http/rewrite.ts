/**
 * What of a response is changed on its way, and only because it names an address that must be ours:
 * the endpoint of the older transport, and, when asked for, the metadata of a login. Everything else
 * passes as it came, and what is recorded is what came.
 */
import { createEndpointRewrite } from './endpoint.ts';
import { headerOf, mediaTypeOf, type RawHeaders, responseHeaders } from './headers.ts';
import { isMetadata, rewriteChallenge, rewriteMetadata } from './oauth.ts';

export interface Rewrite {
  /** What of a body goes on now. */
  pass(chunk: Buffer): Buffer;
  /** What is left when it ends. */
  end(): Buffer;
}

/** The addresses of both sides, and whether logins are led through us. */
export interface Addresses {
  readonly ours: string;
  readonly upstream: URL;
  readonly oauth: 'pass' | 'rewrite';
}

/** A request as far as its answer is read by it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** The headers of a response as its client gets them. */
export function answeredHeaders(raw: RawHeaders, { path }: Asked, addresses: Addresses): string[] {
  const { ours, upstream, oauth } = addresses;
  const headers = responseHeaders(raw, ours, upstream);
  if (oauth === 'pass') return headers;
  const isChanged = isMetadata(path) && isPlain(raw);
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2);
    const key = name.toLowerCase();
    if (isChanged && key === 'content-length') continue;
    kept.push(name, key === 'www-authenticate' ? rewriteChallenge(value, ours, upstream) : value);
  }
  return kept;
}

/** How the body of a response is changed; undefined: it is not. */
export function rewriteOf(
  raw: RawHeaders,
  { method, path }: Asked,
  { ours, upstream, oauth }: Addresses,
): Rewrite | undefined {
  if (method !== 'GET' || !isPlain(raw)) return undefined;
  if (mediaTypeOf(raw) === 'text/event-stream') return createEndpointRewrite(ours, upstream);
  if (oauth === 'pass' || !isMetadata(path)) return undefined;
  return ofWhole((text) => rewriteMetadata(text, ours, upstream));
}

function isPlain(raw: RawHeaders): boolean {
  return headerOf(raw, 'content-encoding') === undefined;
}

/** A larger document is none that we know. */
const LARGEST = 1 << 20;
const NOTHING = Buffer.alloc(0);

/** A small body is changed as a whole, when it has come. */
function ofWhole(change: (text: string) => string): Rewrite {
  let held: Buffer[] | undefined = [];
  return {
    pass(chunk) {
      if (!held) return chunk;
      held.push(chunk);
      const all: Buffer = Buffer.concat(held);
      if (all.length <= LARGEST) return NOTHING;
      held = undefined;
      return all;
    },
    end: () => (held ? Buffer.from(change(Buffer.concat(held).toString('utf8'))) : NOTHING),
  };
}
