/**
 * Which requests a listening tap takes: those of programs of this machine that mean it. A page of
 * somewhere else reaches 127.0.0.1 too, under a name of its own (DNS rebinding) or from an origin of
 * its own, and the upstream cannot check that any more, because it sees our Host. And only what means
 * the same to the upstream as to us is passed on.
 */
import { type RawHeaders, valuesOf } from './headers.ts';

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Why a request is refused; undefined: it is not. */
export function refusal(host: string | undefined, origin: string | undefined): string | undefined {
  if (!isLoopback(`http://${host ?? ''}`)) return `Invalid Host: ${host ?? 'none'}`;
  if (origin !== undefined && !isLoopback(origin)) return `Invalid Origin: ${origin}`;
  return undefined;
}

/** Whether an origin is one of this machine, on any port. */
export function isLoopback(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, username, pathname, search } = new URL(origin);
  const isOrigin = username === '' && pathname === '/' && search === '';
  return isOrigin && /^https?:$/.test(protocol) && LOOPBACK.test(hostname);
}

/** Why a request cannot be passed on as what it is (RFC 9112 §3.2, §6.1); undefined: it can. */
export function faultOf(
  url: string,
  headers: RawHeaders,
): { readonly status: number; readonly message: string } | undefined {
  if (!url.startsWith('/')) return { status: 400, message: 'The request names no path' };
  if (valuesOf(headers, 'host').length > 1)
    return { status: 400, message: 'The request names more than one Host' };
  // Chunks end with us; a coding below them would be passed on without its name.
  const codings = valuesOf(headers, 'transfer-encoding');
  return codings.every((one) => one.trim().toLowerCase() === 'chunked')
    ? undefined
    : { status: 501, message: 'Only chunked is known as a transfer coding' };
}
