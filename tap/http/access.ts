/**
 * Only what means the same to the upstream as to us is passed on. Whether a request is of this
 * machine, which the upstream cannot check any more because it sees our Host, says model/loopback.ts.
 */
import { type RawHeaders, valuesOf } from './headers.ts';

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
