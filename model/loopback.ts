/**
 * Which requests a port of this machine takes: those of programs of this machine that mean it. A page
 * of somewhere else reaches 127.0.0.1 too, under a name of its own (DNS rebinding) or from an origin
 * of its own.
 */

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
