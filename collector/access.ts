/**
 * Who may speak to the port at all, before any token is looked at: the Host must be ours, and the
 * Origin absent or ours. Held on every route and every WebSocket upgrade, and failing closed, so
 * that a page of another site can neither rebind a name to us (DNS rebinding) nor reach us by form,
 * image or socket.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiError } from '../model/api.ts';

export interface Doors {
  /** The values of Host that are ours. */
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
}

/** The names under which a port of this machine is reached. */
export function doorsOf(port: number): Doors {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
  return { hosts, origins: new Set([...hosts].map((host) => `http://${host}`)) };
}

/** Why a request is turned away, or undefined when it may go on to show its token. */
export function turnedAway(headers: IncomingHttpHeaders, doors: Doors): ApiError | undefined {
  const { host, origin } = headers;
  if (host === undefined || !doors.hosts.has(host.toLowerCase())) {
    return { code: 'wrong-host', detail: 'The Host header does not name this collector.' };
  }
  if (origin !== undefined && !doors.origins.has(origin.toLowerCase())) {
    return { code: 'wrong-origin', detail: 'Pages of other origins have no access.' };
  }
  return undefined;
}

/** The token of an Authorization header; undefined when there is none. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer ([\w-]{1,256})$/i.exec(header ?? '')?.[1];
}

/** For every answer. Nothing is loaded from anywhere else, framed, or kept by an intermediary. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
};
