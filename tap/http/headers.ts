/**
 * Headers as raw lists (name, value, name, value): which of them travel on, and which are rewritten
 * because they name an address (RFC 9110 §7.6). Knows nothing of recording.
 */

/** Names and values in turn, as they came. */
export type RawHeaders = readonly string[];

/** Those of one connection, which end at each hop. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function* pairsOf(raw: RawHeaders): Generator<readonly [string, string]> {
  for (let at = 0; at + 1 < raw.length; at += 2) yield [raw[at] ?? '', raw[at + 1] ?? ''];
}

/** The value of the first header of this name (in lower case). */
export function headerOf(raw: RawHeaders, name: string): string | undefined {
  for (const [key, value] of pairsOf(raw)) if (key.toLowerCase() === name) return value;
  return undefined;
}

/** The values of all headers of this name (in lower case). */
export function valuesOf(raw: RawHeaders, name: string): string[] {
  return [...pairsOf(raw)].filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** The media type that a header names, in lower case and without its parameters. */
export function mediaTypeOf(raw: RawHeaders): string {
  return (headerOf(raw, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The headers that travel on, each with its value changed by `change`; undefined leaves it out. */
function passed(
  raw: RawHeaders,
  change: (name: string, value: string) => string | undefined,
): string[] {
  const named = new Set(
    valuesOf(raw, 'connection').flatMap((value) =>
      value
        .toLowerCase()
        .split(',')
        .map((one) => one.trim()),
    ),
  );
  const kept: string[] = [];
  for (const [name, value] of pairsOf(raw)) {
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key)) continue;
    const changed = change(key, value);
    if (changed !== undefined) kept.push(name, changed);
  }
  return kept;
}

/**
 * The headers of a request for the upstream: Host is its own, an Origin that is ours becomes its
 * own, and `Expect` has been answered by us. `ours`: the address by which the client knows the tap;
 * `length`: that of the body where it was changed.
 */
export function requestHeaders(
  raw: RawHeaders,
  ours: string,
  upstream: URL,
  length?: number,
): string[] {
  return passed(raw, (name, value) => {
    if (name === 'expect') return undefined;
    if (name === 'host') return upstream.host;
    if (name === 'content-length' && length !== undefined) return String(length);
    return name === 'origin' && value === ours ? upstream.origin : value;
  });
}

/** The headers of a response for the client: a `Location` at the upstream leads to us. */
export function responseHeaders(raw: RawHeaders, ours: string, upstream: URL): string[] {
  return passed(raw, (name, value) =>
    name === 'location' ? atOurs(value, ours, upstream) : value,
  );
}

/** An absolute address of the upstream as the one of ours that leads there; others as they are. */
export function atOurs(address: string, ours: string, upstream: URL): string {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return address;
  const url = new URL(address);
  return url.origin === upstream.origin ? ours + address.slice(originLength(address)) : address;
}

/** How long the origin is as it is written: its end may be a path, a query, a fragment or nothing. */
function originLength(address: string): number {
  const end = address.slice(address.indexOf('//') + 2).search(/[/?#]/);
  return end === -1 ? address.length : address.indexOf('//') + 2 + end;
}
