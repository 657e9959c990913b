/** The headers of a played response. */

export const SESSION_ID = 'mcp-session-id';

export const JSON_HEADERS = { 'content-type': 'application/json' } as const;

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/**
 * Those of a recorded response that mean something to its client. Not those of one connection or
 * body, and none that would lead the client to an address.
 */
const PLAYED: ReadonlySet<string> = new Set([
  'allow',
  'cache-control',
  'content-type',
  'mcp-protocol-version',
  'retry-after',
  'www-authenticate',
  'x-accel-buffering',
]);

/** The recorded headers; the id of the session, which the recording hides, is that of the live one. */
export function answeredHeaders(
  recorded: readonly (readonly [string, string])[],
  sessionId: string | undefined,
): [string, string][] {
  return recorded.flatMap(([name, value]): [string, string][] => {
    const key = name.toLowerCase();
    if (key === SESSION_ID) return sessionId === undefined ? [] : [[key, sessionId]];
    if (!PLAYED.has(key) || !isHeader(value)) return [];
    return [[key, key === 'www-authenticate' ? withoutAddresses(value) : value]];
  });
}

/** Whether a value can stand in a header: a recording may hold anything. */
function isHeader(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** A challenge without the parameters that name where to log in. */
function withoutAddresses(value: string): string {
  const [scheme = ''] = value.split(' ', 1);
  const parameters = value.slice(scheme.length).split(',');
  const kept = parameters
    .map((one) => one.trim())
    .filter((one) => !/^(?:resource_metadata|realm)=/.test(one));
  return `${scheme || 'Bearer'} ${kept.join(', ')}`.trim();
}
